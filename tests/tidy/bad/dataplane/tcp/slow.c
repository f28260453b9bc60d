/* Listed in hot.txt: may print, and nothing else. */
void slow(void)
{
	printf("fine");
	free(0); /* expect: alloc */
}
