#include "catalog/pack.h"

#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

enum {
	WINDOW_LOG_MAX = 23, /* 8 MiB, what RFC 8878 asks of every decoder */
	STEP = 1 << 16
};

enum status pack_compress(struct bytes raw, int level, struct buf *out)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();
	size_t bound = ZSTD_compressBound(raw.size), got;
	uint8_t *at = buf_reserve(out, bound);
	enum status status = STATUS_NO_MEMORY;

	if (context != NULL && at != NULL) {
		(void)ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel,
					     level);
		got = ZSTD_compress2(context, at, bound, raw.data, raw.size);
		if (!ZSTD_isError(got)) {
			buf_grew(out, got);
			status = STATUS_OK;
		}
	}
	ZSTD_freeCCtx(context);
	return status;
}

/* Decode until the input is used up, a step of room at a time. */
static enum status expand(ZSTD_DCtx *context, struct bytes packed, size_t cap,
			  struct buf *out)
{
	ZSTD_inBuffer in = { packed.data, packed.size, 0 };
	unsigned long long told =
		ZSTD_getFrameContentSize(packed.data, packed.size);
	size_t start = out->size, left = 1, step = STEP;

	/* A frame that tells its size is decoded in one go, without a window
	 * of its own. */
	if (told <= cap && told > 0)
		step = (size_t)told;
	while (in.pos < in.size || left != 0) {
		size_t room = cap - (out->size - start);
		/* One byte more than allowed shows that there is more. */
		size_t take = room < step ? room + 1 : step;
		uint8_t *at = buf_reserve(out, take);
		ZSTD_outBuffer to = { at, take, 0 };
		size_t before = in.pos;

		if (at == NULL)
			return STATUS_NO_MEMORY;
		left = ZSTD_decompressStream(context, &to, &in);
		if (ZSTD_isError(left))
			return ZSTD_getErrorCode(left) ==
					       ZSTD_error_memory_allocation ?
				       STATUS_NO_MEMORY :
				       STATUS_MALFORMED;
		if (to.pos > room || (to.pos == 0 && in.pos == before))
			return STATUS_MALFORMED;
		buf_grew(out, to.pos);
	}
	return STATUS_OK;
}

enum status pack_expand(struct bytes packed, size_t cap, struct buf *out)
{
	ZSTD_DCtx *context;
	size_t start = out->size;
	enum status status;

	if (packed.size == 0)
		return STATUS_MALFORMED;
	context = ZSTD_createDCtx();
	if (context == NULL)
		return STATUS_NO_MEMORY;
	(void)ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax,
				     WINDOW_LOG_MAX);
	status = expand(context, packed, cap, out);
	ZSTD_freeDCtx(context);
	if (status != STATUS_OK) {
		out->size = start;
		if (out->data != NULL)
			out->data[start] = 0;
	}
	return status;
}

bool pack_is_one_frame(struct bytes packed)
{
	unsigned long long told =
		ZSTD_getFrameContentSize(packed.data, packed.size);
	size_t size = ZSTD_findFrameCompressedSize(packed.data, packed.size);

	return !ZSTD_isError(size) && size == packed.size &&
	       told != ZSTD_CONTENTSIZE_ERROR && told != 0;
}
