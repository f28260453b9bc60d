/*
 * config_value.h - the text of one option checked and stored.
 */
#ifndef SAKER_CONFIG_VALUE_H
#define SAKER_CONFIG_VALUE_H

#include "appliance/config_option.h"
#include "dataplane/net/ip_addr.h"

/*
 * Stores `n` bytes of text into `field`, the option's place (element 0's for a list's element,
 * moved by the caller). Not for lists. ERR_SYNTAX: not what option_expected says; the field is
 * untouched. An empty text is good where the default is empty.
 */
err_t value_set(const struct option *o, void *field, const char *text, size_t n);

/* The text that value_set would take for it. */
void value_print(const struct option *o, const void *field, char out[CONFIG_TEXT]);

/* "BTCUSDT": upper case letters, digits, '-', '_', fewer than SYMBOL_MAX. */
bool value_is_symbol(const char *text, size_t n);

/* Dotted IPv4 address in host order; exactly four decimal numbers. */
bool value_ip(const char *text, u32 *ip);

/* An IPv6 address without zone, not one of IPv4 in disguise, not zero. */
bool value_ip6(const char *text, struct ip_addr *ip);

/* "2001:db8::2/64", prefix length 1 to 128. */
bool value_network6(const char *text, struct ip_addr *ip, u32 *prefix_len);

/* "10.77.0.2/24", prefix length 1 to 32. */
bool value_network(const char *text, u32 *ip, u32 *prefix_len);

#endif
