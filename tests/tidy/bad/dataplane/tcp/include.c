#include "common/types.h"
#include "dataplane/tcp/own.h"
#include "dataplane/feed/feed.h" /* expect: layers */
#include "own.h" /* expect: layers */
