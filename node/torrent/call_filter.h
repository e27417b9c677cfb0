/* Puts a seccomp filter together, call by call.
 *
 *     call_filter_begin(&f);
 *     call_filter_allow(&f, calls, count);
 *     call_filter_case(&f, SYS_kill);         what follows is about kill()
 *         call_filter_if(&f, 0, pid, SECCOMP_RET_ALLOW);
 *     call_filter_done(&f, CALL_REFUSED);     else this
 *     call_filter_install(&f, CALL_UNKNOWN, 0);
 *
 * What comes first counts. A call of another architecture, or of x86-64's x32,
 * is refused. */
#ifndef NODE_TORRENT_CALL_FILTER_H
#define NODE_TORRENT_CALL_FILTER_H

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the caller of a call gets. */
#define CALL_REFUSED (SECCOMP_RET_ERRNO | EPERM)
/* As from an older kernel: libraries do it another way. */
#define CALL_UNKNOWN (SECCOMP_RET_ERRNO | ENOSYS)

enum { CALL_FILTER_MAX = 1024 };

struct call_filter {
	struct sock_filter code[CALL_FILTER_MAX];
	unsigned short length;
	unsigned short opened; /* where the open case begins */
};

/* False where nothing is known of this kind of processor. */
bool call_filter_begin(struct call_filter *f);

void call_filter_allow(struct call_filter *f, const int *calls, size_t count);
/* One call, without conditions; `result` is a SECCOMP_RET_… */
void call_filter_answer(struct call_filter *f, int call, uint32_t result);

void call_filter_case(struct call_filter *f, int call);
/* The lower half of an argument (0 … 5) is that; it has any of these bits. */
void call_filter_if(struct call_filter *f, unsigned argument, uint32_t value,
		    uint32_t result);
void call_filter_if_any(struct call_filter *f, unsigned argument,
			uint32_t bits, uint32_t result);
/* All of up to a few arguments are so, in their lower halves. */
struct call_test {
	unsigned argument;
	uint32_t mask; /* the bits looked at */
	uint32_t value;
};
void call_filter_if_all(struct call_filter *f, const struct call_test *tests,
			size_t count, uint32_t result);
/* Any bit of it at all, upper half and lower. */
void call_filter_if_set(struct call_filter *f, unsigned argument,
			uint32_t result);
void call_filter_done(struct call_filter *f, uint32_t result);

/* For this thread and those it starts; `otherwise` for calls not named. The
 * listener's descriptor with SECCOMP_FILTER_FLAG_NEW_LISTENER, else 0; -1 with
 * errno (EINVAL, ENOSYS: not with this kernel). no_new_privs must be set. */
int call_filter_install(struct call_filter *f, uint32_t otherwise,
			unsigned flags);

#endif
