#include "common/types.h"

/* A function of 70 lines is fine, one of 71 is not: both are written by test_tidy.py. Neither calls the other. */

int six(int a, int b, int c, int d, int e, int f);
int six(int a, int b, int c, int d, int e, int f) { return a + b + c + d + e + f; }
int seven(int a, int b, int c, int (*d)(int, int), int e, int f, int g);
int seven(int a, int b, int c, int (*d)(int, int), int e, int f, int g) { return a + b + c + d(1, 2) + e + f + g; } /* expect: size */

static const char *const long_text = "a text may be long: it is not broken to fit, so the columns that count are those of the code around it";
static const int long_code = 1000000000 + 2000000 + 300000 + 40000 + 5000 + 600 + 70 + 8 + 0 + 0 + 0 + 0 + 0; /* expect: size */

int deep(int n);
int deep(int n)
{
	for (int a = 0; a < n; a++) {
		if (a)
			while (n--)
				if (n)
					do n++; while (n); /* expect: size */
	}
	return n + (int)long_text[0] + long_code;
}
