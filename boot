#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds what is missing and boots the guest under the stock QEMU, with the e100 as its network card.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

usage() {
    cat <<'EOT'
Usage: ./boot [OPTION...] [-- QEMU-ARGUMENT...]

Builds the e100 network card and the guest (Debian packages are installed when some are missing), then boots the guest
under the installed qemu-system-x86_64. On a terminal you get the guest's console: type help, leave with poweroff.
Otherwise the guest shows one frame's way from the wire to a socket and powers off.

  --nic MODEL       network card: e100 (default), or one of QEMU's own: i82559er, i82557b, ...
  --chip NAME       which chip of the 8255x family the e100 is, e.g. 82559c (--chip help lists them)
  --tap NAME        connect to tap device NAME instead of user networking; needs root. If NAME does not exist it is made
                    in a network namespace of its own, e100-NAME, with 10.0.100.1 on the host's side and 10.0.100.2 in
                    the guest, and removed at the end
  --ip ADDRESS/LENGTH[,gw=GATEWAY]
                    give the guest this address instead of asking DHCP
  --port N          UDP port of 127.0.0.1 that leads to the guest's echo service (default: first free one from 7007;
                    user networking only)
  --http-port N     TCP port of 127.0.0.1 that leads to the guest's page with live counters (default: first free one
                    from 8080; user networking only)
  --machine NAME    pc (default) or q35
  --accel NAME      tcg (default) or kvm; needs /dev/kvm
  --smp N           virtual CPUs, 1 to 8 (default 1); the guest runs on all of them
  --memory MIB      default 256
  --iso             boot the GRUB CD image instead of handing the kernel to QEMU
  --append WORDS    more words for the guest's command line, e.g. "rnr_policy=resume ack_mode=poll"
  --pcap FILE       write all frames to FILE, for tcpdump or wireshark
  --timeline FILE   record the run, card and guest on one clock: FILE for ui.perfetto.dev or chrome://tracing, FILE.html
                    to be looked at in any browser, FILE.txt with each interrupt and what followed from it as text
  --load RATE       instead of a network, a traffic generator that sends RATE frames a second (1 to 100000) to the guest's
                    echo service from the first second on; without a terminal the guest stays until 200 ms after the
                    first one
  --qemu FILE       this qemu-system-x86_64 instead of the installed one (same version as the installed package)
  --no-build        use what is in build/ as it is
  --batch           behave as without a terminal
  --experiment NAME run an experiment on the exact clock (E1, …, or all; list shows them) and write its page, table and
                    pictures to docs/results/; some minutes each
  -h, --help        this text

Environment: E100_BUILD  the build directory to boot from, implies --no-build (default: build)

Exit status: 0 the guest powered off in good order; 1 the guest failed (it says why); 2 something to put right first.

Examples:
  ./boot
  ./boot --tap tap0                          # then: ip netns exec e100-tap0 ping 10.0.100.2
  ./boot --timeline run.json </dev/null      # then open run.json.html
  ./boot --experiment E1                     # what NAPI does to interrupts, and the authors' own table beside it
  ./boot --nic i82559er -- -trace 'eepro100*'
EOT
}

refuse() { # one sentence: what is wrong and what to do
    echo "boot: $*" >&2
    exit 2
}
value_of() { # OPTION VALUE...: the value, which must be there
    [ $# -ge 2 ] && [ -n "$2" ] || refuse "option $1 needs a value; see ./boot --help."
    printf '%s' "$2"
}
number_in() { # OPTION VALUE MIN MAX
    [[ $2 =~ ^[0-9]{1,6}$ ]] && [ "$2" -ge "$3" ] && [ "$2" -le "$4" ] ||
        refuse "$1 takes a whole number from $3 to $4, not '$2'."
}

nic=e100 chip='' tap='' ip='' port='' http_port='' machine=pc accel=tcg smp=1 memory=256 iso='' append='' pcap='' qemu='' build=yes batch=''
timeline='' load='' experiment=''
[ -t 0 ] && [ -t 1 ] || batch=yes
while [ $# -gt 0 ]; do
    case "$1" in
        --nic | --chip | --tap | --ip | --port | --machine | --accel | --smp | --memory | --append | --pcap | --timeline | --load | --qemu | --experiment | --http-port)
            option=${1#--} option=${option//-/_}
            printf -v "$option" '%s' "$(value_of "$@")"
            [ -n "${!option}" ] || exit 2
            shift 2
            ;;
        --iso) iso=yes; shift ;;
        --no-build) build=''; shift ;;
        --batch) batch=yes; shift ;;
        -h | --help) usage; exit 0 ;;
        --) shift; break ;;
        *) refuse "unknown option '$1'; see ./boot --help." ;;
    esac
done
number_in --smp "$smp" 1 8
number_in --memory "$memory" 32 65536
[ -z "$port" ] || number_in --port "$port" 1 65535
[ -z "$http_port" ] || number_in --http-port "$http_port" 1 65535
[ -z "$load" ] || number_in --load "$load" 1 100000
[ -z "$load" ] || [ -z "$tap$port$http_port" ] || refuse "--load takes the network's place: it goes without --tap, --port and --http-port."
if [ -n "$timeline" ]; then
    [[ $timeline == /* ]] || timeline=./$timeline # also if it begins with a dash
    for written in "$timeline" "$timeline.html" "$timeline.txt" "$timeline.records"; do
        { [ ! -d "$written" ] && touch -- "$written"; } 2>/dev/null ||
            refuse "$written cannot be written; --timeline takes the name of a file in a directory of yours."
    done
fi
case "$machine" in
    pc | q35) ;;
    *) refuse "--machine is pc or q35, not '$machine'." ;;
esac
case "$accel" in
    tcg) ;;
    kvm) { [ -r /dev/kvm ] && [ -w /dev/kvm ]; } ||
        refuse "--accel kvm needs /dev/kvm, which this user cannot read and write; without the option it works anyway." ;;
    *) refuse "--accel is tcg or kvm, not '$accel'." ;;
esac
[[ $nic =~ ^[A-Za-z0-9._-]+$ ]] || refuse "--nic takes the name of a network card like e100 or i82559er, not '$nic'."
[[ $chip =~ ^[A-Za-z0-9]*$ ]] || refuse "--chip takes the name of a chip like 82559c, not '$chip'; --chip help lists them."
[ -z "$chip" ] || [ "$nic" = e100 ] || refuse "--chip goes with --nic e100 only."
address='[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+'
[[ -z $ip || $ip =~ ^$address/[0-9]+(,gw=$address)?$ ]] ||
    refuse "--ip takes ADDRESS/LENGTH[,gw=GATEWAY] like 10.0.0.2/24,gw=10.0.0.1, not '$ip'."
if [ -n "$tap" ]; then
    [[ $tap =~ ^[A-Za-z0-9._-]{1,15}$ ]] || refuse "--tap takes the name of a tap device (at most 15 letters), not '$tap'."
    [ "$(id -u)" = 0 ] || refuse "--tap needs root to open a tap device: run sudo ./boot --tap $tap."
    [ -c /dev/net/tun ] || refuse "there is no /dev/net/tun, so no tap device: load the tun module (modprobe tun) first."
fi
if [ -n "$qemu" ] && ! command -v "$qemu" >/dev/null; then
    refuse "there is no program '$qemu'; give --qemu the path of a qemu-system-x86_64."
fi

build_directory=${E100_BUILD:-$here/build}
if [ -n "$experiment" ]; then
    [[ $experiment =~ ^[A-Za-z0-9]+$ ]] || refuse "--experiment takes a name like E1, all or list, not '$experiment'."
    [ -z "$build" ] || [ -n "${E100_BUILD:-}" ] || "$here/tools/build" experiments || exit $?
    program=$build_directory/tests/experiments/e100-experiments
    [ -x "$program" ] || refuse "${program#"$here/"} is not built: run ./boot --experiment without --no-build."
    [ "$experiment" != list ] || exec "$program" --list
    export E100_PLUGIN=$build_directory/hw/qemu/e100.so E100_GUEST=$build_directory/guest-driver/guest.elf
    [ -z "$qemu" ] || export E100_QEMU=$qemu
    mkdir -p "$here/docs/results"
    exec "$program" --results "$here/docs/results" "$experiment"
fi
[ -z "$build" ] || [ -n "${E100_BUILD:-}" ] || "$here/tools/build" boot || exit $?
qemu=${qemu:-qemu-system-x86_64}
command -v "$qemu" >/dev/null || refuse "there is no $qemu: install Debian's package qemu-system-x86 (./boot without --no-build does)."
plugin=$build_directory/hw/qemu/e100.so kernel=$build_directory/guest-driver/guest.elf
cd_image=$build_directory/images/guest/guest.iso
converter=$build_directory/hw/timeline/e100-timeline
for made in "$plugin" "$kernel" ${timeline:+"$converter"}; do
    [ -f "$made" ] || refuse "${made#"$here/"} is not built: run ./boot without --no-build."
done

arguments=(-accel "$accel" -M "$machine" -smp "$smp" -m "$memory" -display none -vga none -no-reboot
    -device "isa-debug-exit,iobase=0xf4,iosize=4")
if [ "$nic" = e100 ]; then
    if [ "$chip" = help ]; then
        LD_PRELOAD=$plugin exec "$qemu" -device e100,help
    fi
fi
[ "$nic$timeline$load" = "$nic" ] && [ "$nic" != e100 ] || arguments+=(-plugin "${plugin//,/,,}")

guest_has_tcp() { # without lwIP's source it is built without
    ! grep -qs '"name": "lwip_tree", "value": "none"' "$build_directory/meson-info/intro-buildoptions.json"
}
port_is_free() { # PROTOCOL PORT: nobody on this host has it, not even a connection that is ending
    ! grep -qi "$(printf ':%04X ' "$2")" "/proc/net/$1" "/proc/net/${1}6" 2>/dev/null
}
first_free_port() { # PROTOCOL FIRST OPTION
    local candidate
    for ((candidate = $2; candidate < $2 + 100; candidate++)); do
        if port_is_free "$1" "$candidate"; then
            printf '%s' "$candidate"
            return
        fi
    done
    refuse "${1^^} ports $2 to $(($2 + 99)) are all taken; choose one with $3."
}
if [ -n "$load" ]; then
    ip=${ip:-10.0.2.15/24} guest_address=${ip%%/*}
    arguments+=(-netdev "hubport,id=net0,hubid=0" -netdev "hubport,id=load,hubid=0")
    arguments+=(-device "e100-traffic,netdev=load,rate=$load,delay-ns=1000000000,dst-ip=$guest_address,dst-port=7,src-ip=${guest_address%.*}.77")
elif [ -z "$tap" ]; then
    port=${port:-$(first_free_port udp 7007 --port)} || exit 2
    forwards=hostfwd=udp:127.0.0.1:$port-:7
    echo "The guest's UDP echo service answers at 127.0.0.1 port $port: try  nc -u 127.0.0.1 $port"
    if guest_has_tcp; then
        http_port=${http_port:-$(first_free_port tcp 8080 --http-port)} || exit 2
        forwards+=,hostfwd=tcp:127.0.0.1:$http_port-:80
        echo "The guest's counters, live: http://127.0.0.1:$http_port/"
    elif [ -n "$http_port" ]; then
        refuse "--http-port needs TCP, and the guest was built without: lwIP's source could not be fetched (tools/lwip-source)."
    fi
    arguments+=(-netdev "user,id=net0,$forwards")
fi

in_namespace=()
if [ -n "$tap" ]; then
    if [ ! -e "/sys/class/net/$tap" ]; then
        namespace=e100-$tap
        [ ! -e "/var/run/netns/$namespace" ] || refuse "network namespace $namespace exists already: is another ./boot" \
            "--tap $tap running? If not, remove it with: ip netns delete $namespace"
        ip netns add "$namespace"
        trap 'ip netns delete "$namespace"' EXIT
        in_namespace=(ip netns exec "$namespace")
        "${in_namespace[@]}" ip link set lo up
        "${in_namespace[@]}" ip tuntap add dev "$tap" mode tap
        "${in_namespace[@]}" ip address add 10.0.100.1/24 dev "$tap"
        "${in_namespace[@]}" ip link set "$tap" up
        ip=${ip:-10.0.100.2/24,gw=10.0.100.1}
        echo "The host's side is 10.0.100.1 in namespace $namespace: try  ip netns exec $namespace ping ${ip%%/*}"
    fi
    arguments+=(-netdev "tap,id=net0,ifname=$tap,script=no,downscript=no")
fi
[ -z "$timeline" ] || arguments+=(-device "e100-timeline,file=${timeline//,/,,}.records")
arguments+=(-device "$nic,netdev=net0${chip:+,chip=$chip}")
[ -z "$pcap" ] || arguments+=(-object "filter-dump,id=pcap,netdev=net0,file=${pcap//,/,,}")

words=${ip:+ip=$ip }${batch:+run=batch }${load:+linger_ms=200 }$append
if [ -n "$iso" ]; then
    [ -f "$cd_image" ] || refuse "${cd_image#"$here/"} is not built: run ./boot --iso without --no-build."
    arguments+=(-cdrom "$cd_image" -fw_cfg "name=opt/e100/cmdline,string=${words//,/,,}")
else
    arguments+=(-kernel "$kernel" -append "$words")
fi
if [ -n "$batch" ]; then
    arguments+=(-serial stdio -monitor none)
else
    arguments+=(-serial mon:stdio)
fi

status=0
if [ -n "$batch" ]; then
    timeout --foreground --kill-after=5 180 "${in_namespace[@]}" "$qemu" "${arguments[@]}" "$@" </dev/null || status=$?
else
    "${in_namespace[@]}" "$qemu" "${arguments[@]}" "$@" || status=$?
fi
if [ -n "$timeline" ] && [ -s "$timeline.records" ]; then
    "$converter" --json "$timeline" --html "$timeline.html" --tree "$timeline.txt" "$timeline.records" || exit 1
    rm -f "$timeline.records"
    echo "The run is in $timeline.html (any browser), $timeline (ui.perfetto.dev) and $timeline.txt (text)."
fi
case $status in
    0) exit 0 ;;
    1) refuse "QEMU did not start the machine (see above)." ;;
    124 | 137) echo "boot: the guest did not end within 180 seconds." >&2; exit 1 ;;
    *) echo "boot: the guest ended with an error (see above; QEMU's status was $status)." >&2; exit 1 ;;
esac
