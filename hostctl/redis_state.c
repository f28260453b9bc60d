#include "hostctl/redis_state.h"

#include <string.h>

static void begin(struct redis_words *w, const struct metric_set *s, const struct metric *m)
{
	char key[REDIS_KEY_MAX];
	redis_key(key, s->appliance, "%s%s%s%s%s", m->group, m->n_labels > 0 ? ":" : "",
		  m->n_labels > 0 ? m->label[0].value : "", m->n_labels > 1 ? ":" : "",
		  m->n_labels > 1 ? m->label[1].value : "");
	redis_words_reset(w);
	redis_word(w, "HSET");
	redis_word(w, "%s", key);
	if (!strcmp(m->group, "appliance")) {
		redis_word(w, "sampled_ms");
		redis_word(w, "%llu", (unsigned long long)(s->wall_ns / NS_PER_MS));
	}
}

static void add_field(struct redis_words *w, const struct metric *m)
{
	char text[DEC_TEXT_MAX];
	dec_print_short(text, m->value, m->decimals);
	redis_word(w, "%s", m->name);
	redis_word(w, "%s", text);
}

static void add_number(struct redis_words *w, const char *name, u64 value)
{
	redis_word(w, "%s", name);
	redis_word(w, "%llu", (unsigned long long)value);
}

static void send_hist(struct redis_link *l, struct redis_words *w, const struct metric_set *s,
		      const struct metric_hist *m, const struct metric_set *before)
{
	struct hist h = metric_hist_since(m, before);
	char key[REDIS_KEY_MAX];
	redis_key(key, s->appliance, "latency:%s", m->stage);
	redis_words_reset(w);
	redis_word(w, "HSET");
	redis_word(w, "%s", key);
	add_number(w, "count", m->h.n);
	add_number(w, "n", h.n);
	add_number(w, "p50_ns", hist_quantile(&h, 5000));
	add_number(w, "p99_ns", hist_quantile(&h, 9900));
	add_number(w, "max_ns", hist_quantile(&h, 10000));
	redis_send(l, w);
}

u32 redis_state(struct redis_link *l, const struct metric_set *now, const struct metric_set *before)
{
	const struct metric *order[METRICS_MAX];
	struct redis_words w;
	u32 n = 0;
	metric_by_labels(now, order);
	for (u32 i = 0; i < now->n; i++) {
		if (!i || !metric_same_labels(order[i], order[i - 1]))
			begin(&w, now, order[i]);
		add_field(&w, order[i]);
		if (i + 1 < now->n && metric_same_labels(order[i], order[i + 1]))
			continue;
		redis_send(l, &w);
		n++;
	}
	for (u32 i = 0; i < now->n_hists; i++)
		send_hist(l, &w, now, &now->hist[i], before);
	return n + now->n_hists;
}
