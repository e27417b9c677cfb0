#include "proto/encoding.h"

#include <string.h>

void hex_encode(struct bytes data, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < data.size; i++) {
		*out++ = digits[data.data[i] >> 4];
		*out++ = digits[data.data[i] & 15];
	}
	*out = 0;
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

enum status hex_decode(struct bytes text, uint8_t *out, size_t size)
{
	if (text.size != HEX_SIZE(size))
		return STATUS_MALFORMED;
	for (size_t i = 0; i < size; i++) {
		int high = hex_digit(text.data[2 * i]);
		int low = hex_digit(text.data[2 * i + 1]);

		if (high < 0 || low < 0)
			return STATUS_MALFORMED;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return STATUS_OK;
}

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct bytes data, char *out)
{
	for (size_t i = 0; i < data.size; i += 3) {
		size_t left = data.size - i;
		uint32_t group = (uint32_t)data.data[i] << 16;

		if (left > 1)
			group |= (uint32_t)data.data[i + 1] << 8;
		if (left > 2)
			group |= data.data[i + 2];
		*out++ = base64_digits[group >> 18];
		*out++ = base64_digits[group >> 12 & 63];
		*out++ = left > 1 ? base64_digits[group >> 6 & 63] : '=';
		*out++ = left > 2 ? base64_digits[group & 63] : '=';
	}
	*out = 0;
}

void buf_put_base64(struct buf *b, struct bytes data)
{
	uint8_t *at = buf_reserve(b, BASE64_SIZE(data.size));

	if (at == NULL)
		return;
	base64_encode(data, (char *)at);
	buf_grew(b, BASE64_SIZE(data.size));
}

static int base64_digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

enum status base64_decode(struct bytes text, uint8_t *out, size_t room,
			  size_t *size)
{
	size_t pad = 0, count;

	if (text.size % 4 != 0)
		return STATUS_MALFORMED;
	if (text.size > 0 && text.data[text.size - 1] == '=')
		pad = text.data[text.size - 2] == '=' ? 2 : 1;
	count = text.size / 4 * 3 - pad;
	if (count > room)
		return STATUS_MALFORMED;
	for (size_t i = 0, o = 0; i < text.size; i += 4) {
		size_t digits = i + 4 == text.size ? 4 - pad : 4;
		uint32_t group = 0;

		for (size_t j = 0; j < 4; j++) {
			int d = j < digits ? base64_digit(text.data[i + j]) : 0;

			if (d < 0)
				return STATUS_MALFORMED;
			group = group << 6 | (uint32_t)d;
		}
		if ((digits == 2 && (group & 0xffff) != 0) ||
		    (digits == 3 && (group & 0xff) != 0))
			return STATUS_MALFORMED;
		for (size_t j = 0; j + 1 < digits; j++)
			out[o++] = (uint8_t)(group >> (16 - 8 * j));
	}
	*size = count;
	return STATUS_OK;
}

static const char base32_digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

void base32_encode(struct bytes data, char *out)
{
	uint32_t bits = 0;
	unsigned count = 0;

	for (size_t i = 0; i < data.size; i++) {
		bits = (bits << 8 | data.data[i]) & 0xfff;
		count += 8;
		while (count >= 5) {
			count -= 5;
			*out++ = base32_digits[bits >> count & 31];
		}
	}
	if (count > 0)
		*out++ = base32_digits[bits << (5 - count) & 31];
	*out = 0;
}

static int base32_digit(uint8_t c)
{
	const char *at;

	if (c >= 'A' && c <= 'Z')
		c = (uint8_t)(c - 'A' + 'a');
	if (c == 'o')
		c = '0';
	if (c == 'i' || c == 'l')
		c = '1';
	at = c == 0 ? NULL : strchr(base32_digits, c);
	return at == NULL ? -1 : (int)(at - base32_digits);
}

enum status base32_decode(struct bytes text, uint8_t *out, size_t size)
{
	uint32_t bits = 0;
	unsigned count = 0;
	size_t digits = 0, o = 0;

	for (size_t i = 0; i < text.size; i++) {
		int d;

		if (text.data[i] == '-' || text.data[i] == ' ')
			continue;
		d = base32_digit(text.data[i]);
		if (d < 0 || ++digits > BASE32_SIZE(size))
			return STATUS_MALFORMED;
		bits = (bits << 5 | (uint32_t)d) & 0xfff;
		count += 5;
		if (count >= 8 && o < size) {
			count -= 8;
			out[o++] = (uint8_t)(bits >> count);
		}
	}
	if (digits != BASE32_SIZE(size) || (bits & ((1u << count) - 1)) != 0)
		return STATUS_MALFORMED;
	return STATUS_OK;
}
