#include "sim/limits.h"

void limits_init(struct limits *l)
{
	*l = (struct limits){
		.weight = { .length_ms = 60000, .limit = LIMIT_WEIGHT_MINUTE },
		.orders_10s = { .length_ms = 10000, .limit = LIMIT_ORDERS_10S },
		.orders_day = { .length_ms = 86400000, .limit = LIMIT_ORDERS_DAY },
	};
}

static void roll(struct limit_window *w, i64 now_ms)
{
	i64 start = now_ms / w->length_ms * w->length_ms;
	if (start != w->start_ms)
		w->count = 0;
	w->start_ms = start;
}

void limits_roll(struct limits *l, i64 now_ms)
{
	roll(&l->weight, now_ms);
	roll(&l->orders_10s, now_ms);
	roll(&l->orders_day, now_ms);
}

void limits_order_placed(struct limits *l)
{
	l->orders_10s.count++;
	l->orders_day.count++;
}

void limits_order_filled(struct limits *l)
{
	l->orders_10s.count -= l->orders_10s.count > 0;
	l->orders_day.count -= l->orders_day.count > 0;
}
