int overrun(void);
int overrun(void)
{
	int a[3] = { 0 };
	return a[3];
}
