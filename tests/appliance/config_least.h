/* config_least.h - the shortest configuration there can be: what must be given and nothing else, 9 lines. */
#ifndef TESTS_CONFIG_LEAST_H
#define TESTS_CONFIG_LEAST_H

#define CONFIG_LEAST                                              \
	"cpus: { trade: 1, shared: '0' }\n"                       \
	"ports:\n"                                                \
	"  md: { device: '0000:01:00.0', ip: 10.77.0.2/24 }\n"    \
	"  trade: { device: '0000:01:00.1', ip: 10.78.0.2/24 }\n" \
	"venue:\n"                                                \
	"  stream: { host: stream.test }\n"                       \
	"  api: { host: api.test }\n"                             \
	"  rest: { host: rest.test }\n"                           \
	"instruments: [BTCUSDT, ETHUSDT]\n"

#endif
