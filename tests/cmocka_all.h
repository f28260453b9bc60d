/* cmocka.h with the headers it wants before it. */
#include <setjmp.h> /* IWYU pragma: export */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
