#include "common/err.h"

#include <stddef.h>

static const struct {
	const char *name, *text;
	enum err_class cls;
} table[ERR_COUNT] = {
#define ERR(name_, cls_, text_) [ERR_##name_] = { .name = #name_, .text = text_, .cls = ERR_CLASS_##cls_ },
#include "common/errs.def"
#undef ERR
};

const char *err_name(err_t e) { return (size_t)e < ERR_COUNT ? table[e].name : "?"; }
const char *err_text(err_t e) { return (size_t)e < ERR_COUNT ? table[e].text : "unknown error code"; }
enum err_class err_class(err_t e) { return (size_t)e < ERR_COUNT ? table[e].cls : ERR_CLASS_SYSTEM; }
