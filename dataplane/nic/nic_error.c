#include "dataplane/nic/nic_error.h"

#include <stdarg.h>
#include <stdio.h>

err_t nic_error(char error[NIC_ERROR_MAX], err_t e, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	vsnprintf(error, NIC_ERROR_MAX, format, ap);
	va_end(ap);
	return e;
}
