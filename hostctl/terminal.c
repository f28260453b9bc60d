#include "hostctl/terminal.h"

#include <curses.h>
#include <poll.h>
#include <unistd.h>

static struct {
	SCREEN *screen;
	int in_fd;
} it;

bool terminal_open(FILE *out, FILE *in)
{
	if (fileno(out) < 0 || !isatty(fileno(out)) || !(it.screen = newterm(NULL, out, in)))
		return false;
	it.in_fd = fileno(in);
	cbreak();
	noecho();
	curs_set(0);
	keypad(stdscr, TRUE);
	if (has_colors()) {
		start_color();
		use_default_colors();
		init_pair(1, COLOR_RED, -1);
	}
	return true;
}

void terminal_close(void)
{
	endwin();
	delscreen(it.screen);
	it.screen = NULL;
}

void terminal_size(u32 *rows, u32 *cols)
{
	*rows = (u32)LINES;
	*cols = (u32)COLS;
}

static chtype attribute(u8 look)
{
	switch (look) {
	case LOOK_BOLD: return A_BOLD;
	case LOOK_HEADING: return A_REVERSE;
	case LOOK_ALARM: return A_BOLD | (has_colors() ? COLOR_PAIR(1) : A_STANDOUT);
	default: return A_NORMAL;
	}
}

void terminal_paint(const struct screen *s)
{
	for (u32 row = 0; row < s->rows; row++)
		for (u32 col = 0; col < s->cols; col++) {
			size_t at = (size_t)row * s->cols + col;
			mvaddch((int)row, (int)col, (chtype)s->text[at] | attribute(s->look[at]));
		}
	refresh();
}

/* A terminal that has been hung up is readable and has nothing. */
int terminal_key(int wait_ms)
{
	struct pollfd p = { .fd = it.in_fd, .events = POLLIN };
	timeout(wait_ms);
	int key = getch();
	if (key != ERR)
		return key;
	return poll(&p, 1, 0) > 0 && p.revents & (POLLHUP | POLLERR | POLLNVAL) ? -1 : 0;
}
