/* A plug-in of an ABI to come: must be refused before any field after its major is believed. */
#include "strategy/strategy.h"

const struct strategy_desc saker_strategy_v1 = { .abi_major = 2,
						 .desc_size = 1,
						 .name = (const char *)1 };
