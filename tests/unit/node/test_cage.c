/* Somebody runs his own code in the engine's process: what he tries, and must
 * not achieve, and what the engine itself needs and must have. Once with a
 * user of its own, where root runs this, and once without. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/seccomp.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/engine_user.h"
#include "node/torrent/cage.h"
#include "tests/support/check.h"
#include "tests/support/make.h"

enum { NOBODY = 65534, TURNS = 400, NODE_FD = 3 };

static const char bytes[] = "a lesson, held and whole";

/* What the prisoner knows of the world outside. */
struct world {
	char top[256], payload[280];
	struct sockaddr_in http, peer;
	struct sockaddr_un control, abstract;
	socklen_t abstract_size;
	int http_fd, peer_fd, control_fd, abstract_fd;
	pid_t node;
	bool apart;
};

static struct scratch scratch;
static struct world world;
static const char *inside; /* where the payload folder is in the cage */

/* --- how the prisoner tells --- */

static unsigned tried;

static void tell(const char *what)
{
	CHECK(write(NODE_FD, what, strlen(what)) > 0);
	CHECK(write(NODE_FD, "\n", 1) == 1);
}

static void refused(const char *what, long result)
{
	tried++;
	if (result >= 0)
		tell(what);
}

static void works(const char *what, long result)
{
	char text[128];

	tried++;
	(void)snprintf(text, sizeof(text), "needs %s: %s", what,
		       strerror(errno));
	if (result < 0)
		tell(text);
}

static char *path_in(const char *folder, const char *name)
{
	static char path[600];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

/* --- files --- */

static void try_files(void)
{
	static const char *const secrets[] = { "node.db",     "node.key",
					       "publisher.key", "lock" };
	char other[600];

	refused("read /etc/passwd", open("/etc/passwd", O_RDONLY));
	refused("read /proc/self/maps", open("/proc/self/maps", O_RDONLY));
	refused("look at /sys", open("/sys/block", O_RDONLY | O_DIRECTORY));
	for (size_t i = 0; i < 4; i++) {
		refused(secrets[i],
			open(path_in(world.top, secrets[i]), O_RDONLY));
		(void)snprintf(other, sizeof(other), "%s/../%s", inside,
			       secrets[i]);
		refused("a way up", open(other, O_RDONLY));
		(void)snprintf(other, sizeof(other), "../%s", secrets[i]);
		refused("a way up from here", open(other, O_RDONLY));
	}
	refused("through a link", open(path_in(inside, "link"), O_RDONLY));
	refused("the control socket's file",
		open(path_in(world.top, "control.sock"), O_RDONLY));
	refused("memory of the node",
		open(path_in("/proc", "1/mem"), O_RDWR));
	refused("write beside the payloads",
		open(path_in(world.top, "new"), O_WRONLY | O_CREAT, 0600));

	(void)snprintf(other, sizeof(other), "%s/second", inside);
	refused("symlink", symlink("/etc/passwd", other));
	refused("hard link", link(path_in(inside, "held/film"), other));
	refused("linkat", syscall(SYS_linkat, AT_FDCWD,
				  path_in(inside, "held/film"), AT_FDCWD,
				  other, 0));
	refused("rename", rename(path_in(inside, "held/film"), other));
	refused("unlink", unlink(path_in(inside, "held/film")));
	refused("rmdir", rmdir(path_in(inside, "empty")));
	refused("mkfifo", mkfifo(other, 0600));
	refused("chmod", chmod(path_in(inside, "held/film"), 0666));
	refused("chown", chown(path_in(inside, "held/film"), getuid(), 0));
	if (!world.apart)
		return;
	refused("write what is held",
		open(path_in(inside, "held/film"), O_WRONLY));
	refused("cut what is held off",
		open(path_in(inside, "held/film"), O_RDONLY | O_TRUNC));
	refused("truncate what is held",
		truncate(path_in(inside, "held/film"), 1));
	refused("a file among the payloads",
		open(path_in(inside, "new"), O_WRONLY | O_CREAT, 0600));
	refused("a file where it fetches",
		open(path_in(inside, "fetched/new"), O_WRONLY | O_CREAT, 0600));
	refused("a folder", mkdir(path_in(inside, "folder"), 0700));
}

static void use_files(void)
{
	char read_back[sizeof(bytes)];
	int fd = open(path_in(inside, "held/film"), O_RDONLY);
	struct stat st;

	works("to open what is held", fd);
	works("to read it", pread(fd, read_back, sizeof(bytes), 0));
	CHECK(strcmp(read_back, bytes) == 0);
	close(fd);
	fd = open(path_in(inside, "fetched/film"), O_RDWR | O_CREAT, 0666);
	works("to open what it fetches", fd);
	works("to give it its length", ftruncate(fd, 1 << 20));
	works("to write it", pwrite(fd, bytes, sizeof(bytes), 4096));
	works("to look at it", fstat(fd, &st));
	works("to flush it", fsync(fd));
	close(fd);
	if (!world.apart) {
		works("to make folders", mkdir(path_in(inside, "more"), 0755));
		fd = open(path_in(inside, "more/film"), O_RDWR | O_CREAT, 0644);
		works("to make files", fd);
		close(fd);
	}
}

/* --- programs and other processes --- */

static void try_processes(void)
{
	char *const arguments[] = { (char *)(uintptr_t) "true", NULL };
	char *const none[] = { NULL };
	struct rlimit limit = { 0, 0 };
	char seen[8];
	struct iovec here = { seen, sizeof(seen) }, there = { &world, 8 };
	pid_t node = world.node;

	refused("execve", execve("/bin/true", arguments, none));
	refused("execveat", syscall(SYS_execveat, 1, "", arguments, none,
				    AT_EMPTY_PATH));
	refused("fork", syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
	refused("a process in a namespace of its own",
		syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
	refused("clone3", syscall(SYS_clone3, NULL, 0));
	refused("ptrace", ptrace(PTRACE_ATTACH, node, NULL, NULL));
	refused("being traced", ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	refused("read the node",
		process_vm_readv(node, &here, 1, &there, 1, 0));
	refused("write the node",
		process_vm_writev(node, &here, 1, &there, 1, 0));
	refused("ask for the node", kill(node, 0));
	refused("kill the node", kill(node, SIGKILL));
	refused("kill all", kill(-1, SIGKILL));
	refused("tkill", syscall(SYS_tkill, node, SIGKILL));
	refused("tgkill", syscall(SYS_tgkill, node, node, SIGKILL));
	refused("rt_sigqueueinfo",
		syscall(SYS_rt_sigqueueinfo, node, SIGKILL, seen));
	refused("pidfd_open", syscall(SYS_pidfd_open, node, 0));
	refused("pidfd_getfd", syscall(SYS_pidfd_getfd, 0, 0, 0));
	refused("signals from a file",
		fcntl(NODE_FD, F_SETOWN, node));
	refused("another's limits",
		prlimit(node, RLIMIT_NOFILE, &limit, NULL));
	refused("be seen by nobody", prctl(PR_SET_DUMPABLE, 0));
	refused("be seen by all", prctl(PR_SET_PTRACER, -1, 0, 0, 0));
	refused("outlive the node", prctl(PR_SET_PDEATHSIG, 0));
}

static void try_system(void)
{
	void *page;

	refused("unshare", unshare(CLONE_NEWUSER));
	refused("setns", setns(0, 0));
	refused("mount", mount("none", "/", "tmpfs", 0, NULL));
	refused("chroot", chroot("."));
	refused("pivot_root", syscall(SYS_pivot_root, ".", "."));
	refused("io_uring", syscall(SYS_io_uring_setup, 1, NULL));
	refused("bpf", syscall(SYS_bpf, 0, NULL, 0));
	refused("userfaultfd", syscall(SYS_userfaultfd, 0));
	refused("perf", syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0));
	refused("keys", syscall(SYS_keyctl, 0, -3, 0, 0, 0));
	refused("personality", personality(ADDR_NO_RANDOMIZE));
	refused("setuid", setuid(0));
	refused("setgroups", setgroups(0, NULL));
	refused("another filter",
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, NULL));
	refused("memfd", memfd_create("x", 0));
	refused("a program's memory",
		(long)mmap(NULL, 4096, PROT_READ | PROT_EXEC,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	works("memory", page == MAP_FAILED ? -1 : 0);
	refused("make memory a program",
		mprotect(page, 4096, PROT_READ | PROT_EXEC));
	works("memory protected", mprotect(page, 4096, PROT_READ));
}

/* --- sockets --- */

static int tcp(int flags)
{
	int fd = socket(AF_INET, SOCK_STREAM | flags, 0);

	works("a TCP socket", fd);
	return fd;
}

static void try_socket_kinds(void)
{
	static const struct {
		const char *name;
		int family, type, protocol;
	} kinds[] = {
		{ "AF_UNIX", AF_UNIX, SOCK_STREAM, 0 },
		{ "AF_UNIX datagrams", AF_UNIX, SOCK_DGRAM, 0 },
		{ "AF_PACKET", AF_PACKET, SOCK_RAW, 0 },
		{ "AF_VSOCK", AF_VSOCK, SOCK_STREAM, 0 },
		{ "AF_BLUETOOTH", AF_BLUETOOTH, SOCK_RAW, 0 },
		{ "AF_ALG", AF_ALG, SOCK_SEQPACKET, 0 },
		{ "raw IP", AF_INET, SOCK_RAW, IPPROTO_TCP },
		{ "raw IPv6", AF_INET6, SOCK_RAW, IPPROTO_ICMPV6 },
		{ "ping", AF_INET, SOCK_DGRAM, IPPROTO_ICMP },
		{ "MPTCP", AF_INET, SOCK_STREAM, 262 },
		{ "SCTP", AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP },
		{ "netlink audit", AF_NETLINK, SOCK_RAW, 9 },
		{ "netlink events", AF_NETLINK, SOCK_RAW, 15 },
	};
	int pair[2];

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		refused(kinds[i].name, socket(kinds[i].family, kinds[i].type,
					      kinds[i].protocol));
	refused("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	works("UDP", socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP));
	works("netlink", socket(AF_NETLINK, SOCK_RAW, 0));
}

/* Connecting with the one Unix socket there is. */
static void try_control(void)
{
	refused("the control socket",
		connect(NODE_FD, (const struct sockaddr *)&world.control,
			sizeof(world.control)));
	refused("an abstract socket",
		connect(NODE_FD, (const struct sockaddr *)&world.abstract,
			world.abstract_size));
	refused("the control socket by a TCP socket",
		connect(tcp(SOCK_NONBLOCK),
			(const struct sockaddr *)&world.control,
			sizeof(world.control)));
}

static long connect_to(const void *address, socklen_t size, int family,
		       int flags)
{
	int fd = socket(family, SOCK_STREAM | flags, 0);
	long rc = connect(fd, address, size);
	int error = errno;

	close(fd);
	errno = error;
	return rc != 0 && error == EINPROGRESS ? 0 : rc;
}

static void try_http(void)
{
	struct sockaddr_in any = world.http;
	struct sockaddr_in6 mapped = { .sin6_family = AF_INET6,
				       .sin6_port = world.http.sin_port };
	struct iovec part = { (void *)(uintptr_t) "GET / ", 6 };
	struct mmsghdr many = { .msg_hdr = { .msg_name = &world.http,
					     .msg_namelen = sizeof(any),
					     .msg_iov = &part,
					     .msg_iovlen = 1 } };
	int fd, one = 1;

	any.sin_addr.s_addr = INADDR_ANY;
	mapped.sin6_addr.s6_addr[10] = mapped.sin6_addr.s6_addr[11] = 0xff;
	memcpy(mapped.sin6_addr.s6_addr + 12, &world.http.sin_addr, 4);
	refused("HTTP", connect_to(&world.http, sizeof(world.http), AF_INET,
				   SOCK_NONBLOCK));
	refused("HTTP, waiting for it",
		connect_to(&world.http, sizeof(world.http), AF_INET, 0));
	refused("HTTP by 0.0.0.0",
		connect_to(&any, sizeof(any), AF_INET, SOCK_NONBLOCK));
	refused("HTTP by IPv6", connect_to(&mapped, sizeof(mapped), AF_INET6,
					   SOCK_NONBLOCK));
	refused("a connect() that waits",
		connect_to(&world.peer, sizeof(world.peer), AF_INET, 0));
	refused("connect() without an address",
		connect_to(NULL, sizeof(any), AF_INET, SOCK_NONBLOCK));
	refused("connect() with a short one",
		connect_to(&world.http, 4, AF_INET, SOCK_NONBLOCK));
	refused("connect() with a long one",
		connect_to(&world, 4096, AF_INET, SOCK_NONBLOCK));
	fd = tcp(SOCK_NONBLOCK);
	refused("sendto() with fast open",
		sendto(fd, "GET / ", 6, MSG_FASTOPEN,
		       (const struct sockaddr *)&world.http,
		       sizeof(world.http)));
	refused("sendmsg() with fast open",
		sendmsg(fd, &many.msg_hdr, MSG_FASTOPEN));
	refused("sendmsg()", sendmsg(fd, &many.msg_hdr, MSG_NOSIGNAL));
	refused("sendmmsg()", sendmmsg(fd, &many, 1, MSG_FASTOPEN));
	refused("fast open by connect()",
		setsockopt(fd, SOL_TCP, TCP_FASTOPEN_CONNECT, &one,
			   sizeof(one)));
	refused("repair", setsockopt(fd, SOL_TCP, TCP_REPAIR, &one,
				     sizeof(one)));
	refused("a shared port", setsockopt(fd, SOL_SOCKET, SO_REUSEPORT,
					    &one, sizeof(one)));
	works("a port again", setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one,
					 sizeof(one)));
	refused("the node's port",
		bind(fd, (const struct sockaddr *)&world.http,
		     sizeof(world.http)));
	close(fd);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	refused("a datagram to anybody",
		sendto(fd, "x", 1, 0, (const struct sockaddr *)&world.peer,
		       sizeof(world.peer)));
	refused("a datagram socket connected",
		connect(fd, (const struct sockaddr *)&world.peer,
			sizeof(world.peer)));
	close(fd);
}

static void use_peer(void)
{
	struct pollfd wait = { .fd = tcp(SOCK_NONBLOCK), .events = POLLOUT };
	int error = -1;
	socklen_t size = sizeof(error);

	if (connect(wait.fd, (const struct sockaddr *)&world.peer,
		    sizeof(world.peer)) != 0)
		works("to connect to a peer", errno == EINPROGRESS ? 0 : -1);
	works("to wait for it", poll(&wait, 1, 20000) == 1 ? 0 : -1);
	works("what came of it", getsockopt(wait.fd, SOL_SOCKET, SO_ERROR,
					    &error, &size));
	errno = error;
	works("a peer", error == 0 ? 0 : -1);
	works("to send to it", send(wait.fd, "hello", 5, MSG_NOSIGNAL));
	close(wait.fd);
}

/* --- a race: the address changes after it was looked at --- */

static struct sockaddr_in changing;
static atomic_bool over;

static void *change(void *nothing)
{
	bool http = false;

	while (!atomic_load(&over)) {
		http = !http;
		/* One byte tells them apart: it is never torn. */
		__atomic_store_n(&changing.sin_port,
				 http ? world.http.sin_port :
					world.peer.sin_port,
				 __ATOMIC_SEQ_CST);
	}
	return nothing;
}

static void try_race(void)
{
	pthread_t thread;
	unsigned through = 0, stopped = 0;

	changing = world.peer;
	works("threads", pthread_create(&thread, NULL, change, NULL) == 0 ?
				 0 :
				 -1);
	for (unsigned i = 0; i < TURNS; i++) {
		if (connect_to(&changing, sizeof(changing), AF_INET,
			       SOCK_NONBLOCK) == 0)
			through++;
		else
			stopped += errno == EACCES;
	}
	atomic_store(&over, true);
	CHECK(pthread_join(thread, NULL) == 0);
	if (through + stopped != TURNS)
		tell("the race: some turns failed otherwise");
}

static void use_the_rest(void)
{
	struct timespec moment = { 0, 1000 };
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = { .events = EPOLLIN };

	works("epoll", epoll);
	works("eventfd", event.data.fd = eventfd(0, EFD_NONBLOCK));
	works("epoll_ctl", epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd,
				     &event));
	works("epoll_wait", epoll_wait(epoll, &event, 1, 0));
	works("timerfd", timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
	works("nanosleep", nanosleep(&moment, NULL));
	works("prctl name", prctl(PR_SET_NAME, "disk"));
	works("to find itself", getpid());
}

/* Without the keeper there are no connections; and it is known. */
static void lose_keeper(int keeper)
{
	struct pollfd wait = { .fd = keeper, .events = POLLIN };

	tell("kill my keeper");
	works("to see the keeper end", poll(&wait, 1, 20000) == 1 ? 0 : -1);
	refused("connect() without a keeper",
		connect_to(&world.peer, sizeof(world.peer), AF_INET,
			   SOCK_NONBLOCK));
}

static _Noreturn void be_prisoner(void)
{
	struct cage_options options = {
		.socket_fd = NODE_FD,
		.payload_dir = world.payload,
		.uid = world.apart ? ENGINE_USER_ID : 0,
		.gid = ENGINE_USER_ID,
		.rules = { .at_home = true, .count = 1 },
	};
	struct err err = ERR_INIT;
	struct engine_cage cage;
	char text[128];
	int keeper;

	CHECK(keeper_address_read((const struct sockaddr *)&world.http,
				  sizeof(world.http), &options.rules.off[0]));
	if (cage_enter(&options, &cage, &keeper, &inside, &err) !=
	    STATUS_OK) {
		tell(err.text);
		_exit(1);
	}
	for (int i = ENGINE_LAYER_FILES; i < ENGINE_LAYERS; i++)
		if (cage.lack[i] != ENGINE_LACKS_NOTHING) {
			(void)snprintf(text, sizeof(text), "layer %d: %d", i,
				       (int)cage.lack[i]);
			tell(text);
		}
	CHECK(!world.apart || getuid() == ENGINE_USER_ID);
	try_files();
	use_files();
	try_processes();
	try_system();
	try_socket_kinds();
	try_control();
	try_http();
	use_peer();
	try_race();
	use_the_rest();
	lose_keeper(keeper);
	(void)snprintf(text, sizeof(text), "tried %u", tried);
	tell(text);
	_exit(0);
}

/* --- the world outside --- */

static int listen_on(struct sockaddr_in *address)
{
	socklen_t size = sizeof(*address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	*address = (struct sockaddr_in){ .sin_family = AF_INET };
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(bind(fd, (struct sockaddr *)address, size) == 0);
	CHECK(listen(fd, 1024) == 0);
	CHECK(getsockname(fd, (struct sockaddr *)address, &size) == 0);
	return fd;
}

static int listen_unix(struct sockaddr_un *address, socklen_t size)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	CHECK(bind(fd, (struct sockaddr *)address, size) == 0);
	CHECK(listen(fd, 16) == 0);
	return fd;
}

static void make_file(const char *folder, const char *name, uid_t owner)
{
	const char *path = path_in(folder, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);

	CHECK(fd >= 0 && write(fd, bytes, sizeof(bytes)) == sizeof(bytes));
	if (owner != 0)
		CHECK(fchown(fd, owner, owner) == 0);
	close(fd);
}

static void make_world(bool apart)
{
	static const char *const folders[] = { "", "held", "fetched", "empty" };

	scratch_init(&scratch);
	world = (struct world){ .node = getpid(), .apart = apart };
	(void)snprintf(world.top, sizeof(world.top), "%s", scratch.top);
	(void)snprintf(world.payload, sizeof(world.payload), "%s/payload",
		       world.top);
	for (size_t i = 0; i < 4; i++)
		CHECK(mkdir(path_in(world.payload, folders[i]), 0755) == 0);
	make_file(world.top, "node.db", 0);
	make_file(world.top, "node.key", 0);
	make_file(world.top, "publisher.key", 0);
	make_file(world.top, "lock", 0);
	make_file(world.payload, "held/film", 0);
	make_file(world.payload, "fetched/film", apart ? ENGINE_USER_ID : 0);
	CHECK(symlink("../node.key", path_in(world.payload, "link")) == 0);
	world.http_fd = listen_on(&world.http);
	world.peer_fd = listen_on(&world.peer);
	world.control.sun_family = world.abstract.sun_family = AF_UNIX;
	(void)snprintf(world.control.sun_path, sizeof(world.control.sun_path),
		       "%.90s/control.sock", world.top);
	world.control_fd = listen_unix(&world.control, sizeof(world.control));
	(void)snprintf(world.abstract.sun_path + 1,
		       sizeof(world.abstract.sun_path) - 1, "xiangtu-test-%ld",
		       (long)getpid());
	world.abstract_size = (socklen_t)(sizeof(sa_family_t) + 1 +
					  strlen(world.abstract.sun_path + 1));
	world.abstract_fd = listen_unix(&world.abstract, world.abstract_size);
}

static bool was_reached(int listener)
{
	return accept(listener, NULL, NULL) >= 0;
}

/* The keeper is the prisoner's only child. */
static void kill_keeper(pid_t prisoner)
{
	char path[64], text[64] = "";
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children",
		       (long)prisoner, (long)prisoner);
	file = fopen(path, "r");
	CHECK(file != NULL && fgets(text, sizeof(text), file) != NULL);
	fclose(file);
	CHECK(kill((pid_t)atol(text), SIGKILL) == 0);
}

static void hear(int fd, pid_t prisoner)
{
	FILE *told = fdopen(fd, "r");
	bool finished = false, good = true;
	char line[256];

	while (fgets(line, sizeof(line), told) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, "kill my keeper") == 0) {
			kill_keeper(prisoner);
		} else if (strncmp(line, "tried ", 6) == 0) {
			finished = true;
		} else {
			(void)fprintf(stderr, "%s: %s\n",
				      world.apart ? "own user" : "same user",
				      line);
			good = false;
		}
	}
	fclose(told);
	CHECK(good && finished);
}

static void look_at_held(void)
{
	char read_back[sizeof(bytes) + 1] = "";
	int fd = open(path_in(world.payload, "held/film"), O_RDONLY);
	struct stat st;

	CHECK(fd >= 0 && fstat(fd, &st) == 0 && st.st_nlink == 1);
	CHECK(read(fd, read_back, sizeof(read_back)) == sizeof(bytes));
	CHECK(strcmp(read_back, bytes) == 0);
	close(fd);
}

static void nobody_gets_out(bool apart)
{
	unsigned peers = 0;
	int pair[2], status;
	pid_t prisoner;

	make_world(apart);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	prisoner = fork();
	CHECK(prisoner >= 0);
	if (prisoner == 0) {
		int kept = fcntl(pair[1], F_DUPFD, 100);

		CHECK(dup2(kept, NODE_FD) == NODE_FD);
		be_prisoner();
	}
	close(pair[1]);
	hear(pair[0], prisoner);
	CHECK(waitpid(prisoner, &status, 0) == prisoner);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	CHECK(!was_reached(world.http_fd));
	CHECK(!was_reached(world.control_fd));
	CHECK(!was_reached(world.abstract_fd));
	while (was_reached(world.peer_fd))
		peers++;
	CHECK(peers > 0);
	look_at_held();
	close(world.http_fd);
	close(world.peer_fd);
	close(world.control_fd);
	close(world.abstract_fd);
	scratch_release(&scratch);
}

/* The same for whom root does not start: in a process that is nobody. */
static void as_an_ordinary_user(void)
{
	int status;
	pid_t child;

	if (geteuid() != 0) {
		nobody_gets_out(false);
		return;
	}
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		CHECK(setgroups(0, NULL) == 0 &&
		      setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
		      setresuid(NOBODY, NOBODY, NOBODY) == 0);
		CHECK(prctl(PR_SET_DUMPABLE, 1) == 0);
		nobody_gets_out(false);
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
	struct engine_user user;

	as_an_ordinary_user();
	engine_user_find("/tmp", &user);
	if (user.lack == ENGINE_LACKS_ROOT)
		printf("not root: no user of its own to be tried\n");
	else
		nobody_gets_out(true);
	return 0;
}
