#include "node/http_taken.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

bool http_taken(int fd, uint64_t *bytes, bool *more)
{
	struct tcp_info info = { 0 };
	socklen_t size = sizeof(info);
	int unacknowledged = 0;

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
	    ioctl(fd, SIOCOUTQ, &unacknowledged) != 0)
		return false;
	*bytes = info.tcpi_bytes_acked;
	*more = unacknowledged > 0;
	return true;
}
