#include <stdlib.h>

int leak(int n);
int leak(int n)
{
	char *p = malloc(10);
	return p ? n : 0;
}
