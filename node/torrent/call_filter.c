#include "node/torrent/call_filter.h"

#include <assert.h>
#include <linux/audit.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#define ARCHITECTURE 0
#endif

enum { X32_BIT = 0x40000000 };

static void put(struct call_filter *f, uint16_t code, uint32_t k, uint8_t yes,
		uint8_t no)
{
	assert(f->length < CALL_FILTER_MAX);
	f->code[f->length++] = (struct sock_filter){ code, yes, no, k };
}

static void load(struct call_filter *f, size_t offset)
{
	put(f, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void give(struct call_filter *f, uint32_t result)
{
	put(f, BPF_RET | BPF_K, result, 0, 0);
}

/* All architectures known here are little-endian: the lower half first. */
static void load_argument(struct call_filter *f, unsigned argument,
			  bool upper)
{
	load(f, offsetof(struct seccomp_data, args) + 8 * argument +
			(upper ? 4 : 0));
}

bool call_filter_begin(struct call_filter *f)
{
	*f = (struct call_filter){ .length = 0 };
	load(f, offsetof(struct seccomp_data, arch));
	put(f, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
	give(f, CALL_REFUSED);
	load(f, offsetof(struct seccomp_data, nr));
	put(f, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
	give(f, CALL_REFUSED);
	return ARCHITECTURE != 0;
}

void call_filter_answer(struct call_filter *f, int call, uint32_t result)
{
	put(f, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 1);
	give(f, result);
}

void call_filter_allow(struct call_filter *f, const int *calls, size_t count)
{
	for (size_t i = 0; i < count; i++)
		call_filter_answer(f, calls[i], SECCOMP_RET_ALLOW);
}

void call_filter_case(struct call_filter *f, int call)
{
	f->opened = f->length;
	put(f, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 0);
}

void call_filter_if_all(struct call_filter *f, const struct call_test *tests,
			size_t count, uint32_t result)
{
	enum { EACH = 3 }; /* instructions of a test */

	for (size_t i = 0; i < count; i++) {
		size_t rest = EACH * (count - 1 - i) + 1;

		assert(rest <= UINT8_MAX);
		load_argument(f, tests[i].argument, false);
		put(f, BPF_ALU | BPF_AND | BPF_K, tests[i].mask, 0, 0);
		put(f, BPF_JMP | BPF_JEQ | BPF_K, tests[i].value, 0,
		    (uint8_t)rest);
	}
	give(f, result);
}

void call_filter_if(struct call_filter *f, unsigned argument, uint32_t value,
		    uint32_t result)
{
	struct call_test test = { argument, UINT32_MAX, value };

	call_filter_if_all(f, &test, 1, result);
}

void call_filter_if_any(struct call_filter *f, unsigned argument,
			uint32_t bits, uint32_t result)
{
	load_argument(f, argument, false);
	put(f, BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1);
	give(f, result);
}

void call_filter_if_set(struct call_filter *f, unsigned argument,
			uint32_t result)
{
	for (int upper = 0; upper < 2; upper++) {
		load_argument(f, argument, upper != 0);
		put(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
		give(f, result);
	}
}

void call_filter_done(struct call_filter *f, uint32_t result)
{
	unsigned size;

	give(f, result);
	size = (unsigned)f->length - f->opened - 1;
	assert(size <= UINT8_MAX);
	f->code[f->opened].jf = (uint8_t)size;
}

int call_filter_install(struct call_filter *f, uint32_t otherwise,
			unsigned flags)
{
	struct sock_fprog program;

	give(f, otherwise);
	program = (struct sock_fprog){ .len = f->length, .filter = f->code };
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags,
			    &program);
}
