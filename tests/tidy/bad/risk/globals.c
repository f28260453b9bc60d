static const int table[] = { 1, 2 };
static const char *const names[] = { "a", "b" };
static int counter; /* expect: global */
int shared = 3; /* expect: global */

const char *name_of(int i);
const char *name_of(int i)
{
	static int calls; /* expect: global */
	calls++;
	return names[(i + counter++ + shared + calls + table[0]) & 1];
}
