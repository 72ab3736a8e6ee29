/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What we take of lwIP: TCP, and nothing below or beside it. net/tcp_lwip.cpp stands where its IP layer
 * would. */
#ifndef E100_LWIPOPTS_H
#define E100_LWIPOPTS_H

#define NO_SYS 1 /* one context: the TCP thread */
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_TIMERS 0
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0

#define LWIP_TCP 1
#define LWIP_IPV4 1
#define LWIP_IPV6 0
#define LWIP_ARP 0
#define LWIP_ETHERNET 0
#define LWIP_ICMP 0
#define LWIP_UDP 0
#define LWIP_RAW 0
#define IP_REASSEMBLY 0
#define IP_FRAG 0

/* Checked before a packet gets here, so that each refusal has its drop reason. */
#define CHECKSUM_CHECK_TCP 0
#define CHECKSUM_GEN_TCP 0 /* net/tcp_output.cpp does, or the card */

/* Received packets stay in their own buffers; what is sent is copied once into lwIP's heap, which is of our
 * pages. */
#define LWIP_SUPPORT_CUSTOM_PBUF 1
#define PBUF_LINK_HLEN 0
#define PBUF_POOL_SIZE 1 /* not used, but none is not allowed */
#define PBUF_POOL_BUFSIZE 128
#define MEM_ALIGNMENT 8
#define MEM_SIZE (4 * 1024 * 1024 - 4096)
extern unsigned char* lwip_heap;
#define LWIP_RAM_HEAP_POINTER lwip_heap
#define MEMP_NUM_PBUF 8
#define MEMP_NUM_SYS_TIMEOUT 0

#define MEMP_NUM_TCP_PCB 64 /* connections, those that are being closed included */
#define MEMP_NUM_TCP_PCB_LISTEN 4
#define MEMP_NUM_TCP_SEG 4096
#define TCP_MSS 1460
#define TCP_WND (32 * TCP_MSS)
#define TCP_SND_BUF (44 * TCP_MSS) /* the largest packet that a card cuts into segments, nearly */
#define TCP_SND_QUEUELEN (4 * TCP_SND_BUF / TCP_MSS) /* pbufs: there are peers with a small MSS */
#define TCP_MSL 30000UL                              /* TIME-WAIT of 60 s, as on Linux */
#define TCP_QUEUE_OOSEQ 1
#define TCP_OOSEQ_MAX_PBUFS 40 /* of one connection */
#define LWIP_TCP_SACK_OUT 1
#define LWIP_DISABLE_TCP_SANITY_CHECKS 1 /* they hold but for the pool, which is to hold a whole window */
#define TCP_LISTEN_BACKLOG 0             /* net/tcp_lwip.cpp makes room among the half-open ones itself */

#define LWIP_STATS 1
#define LWIP_STATS_LARGE 1
#define MIB2_STATS 1
#define MEM_STATS 0
#define MEMP_STATS 0
#define LINK_STATS 0
#define IP_STATS 0

#define LWIP_HOOK_TCP_ISN(local, local_port, remote, remote_port)                                            \
    lwip_isn((local)->addr, local_port, (remote)->addr, remote_port)
#define LWIP_HOOK_TCP_INPACKET_PCB(pcb, header, options, first, second, packet) lwip_found_pcb()

#ifdef __cplusplus
extern "C" {
#endif
unsigned lwip_random(void);
unsigned lwip_isn(unsigned local, unsigned short local_port, unsigned remote, unsigned short remote_port);
signed char lwip_found_pcb(void); /* the packet belongs to a connection or a listener */
void lwip_assertion_failed(const char* text);
#ifdef __cplusplus
}
#endif

#endif
