int uninitialised(int n);
int uninitialised(int n)
{
	int x;
	if (n > 3)
		x = 1;
	return x + n;
}
