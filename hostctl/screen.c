#include "hostctl/screen.h"

#include <stdlib.h>
#include <string.h>

bool screen_open(struct screen *s, u32 rows, u32 cols)
{
	size_t n = (size_t)rows * cols;
	*s = (struct screen){ .rows = rows, .cols = cols, .text = malloc(n + 1), .look = calloc(n + 1, 1) };
	if (!s->text || !s->look) {
		screen_close(s);
		return false;
	}
	memset(s->text, ' ', n);
	return true;
}

void screen_close(struct screen *s)
{
	free(s->text);
	free(s->look);
	*s = (struct screen){ 0 };
}

u32 screen_put(struct screen *s, u32 row, u32 col, enum look look, const char *text)
{
	for (; *text; text++, col++) {
		if (row >= s->rows || col >= s->cols)
			continue;
		size_t at = (size_t)row * s->cols + col;
		s->text[at] = *text;
		if (*text < ' ' || *text > '~')
			s->text[at] = '?';
		s->look[at] = (u8)look;
	}
	return col;
}

void screen_bar(struct screen *s, u32 row, enum look look)
{
	if (row < s->rows)
		memset(s->look + (size_t)row * s->cols, look, s->cols);
}
