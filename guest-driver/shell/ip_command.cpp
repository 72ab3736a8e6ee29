// SPDX-License-Identifier: GPL-2.0-or-later
// ip: its options and objects; each object is in a file of its own.
#include "shell/ip_objects.h"

namespace shell {

namespace {

using Show = void (*)(const IpRequest&, const Output&);

void show_object(Show show, IpRequest request, Arguments& arguments, const Output& output) {
    if (!arguments.take_if("show"))
        arguments.take_if("list");
    arguments.take_if("dev");
    if (!arguments.empty()) {
        const std::string_view name = arguments.take();
        request.only = find_device(name);
        if (!request.only)
            return output.print("Device \"%.*s\" does not exist.\n", length_of(name), name.data());
    }
    if (!arguments.empty())
        return output.print("Error: either \"dev\" is duplicate, or \"%.*s\" is a garbage.\n",
                            length_of(arguments.peek()), arguments.peek().data());
    show(request, output);
}

bool take_option(std::string_view option, IpRequest& request) {
    if (option == "-s" || option == "-statistics")
        request.statistics++;
    else if (option == "-br" || option == "-brief")
        request.brief = true;
    else if (option == "-4")
        request.only_ipv4 = true;
    else if (option == "-6")
        request.only_ipv6 = true;
    else
        return false;
    return true;
}

/// What stands behind the object: add or del changes it, everything else shows it.
struct Verb {
    bool add, del;
    bool changes() const { return add || del; }
};
Verb take_change(Arguments& arguments) {
    const bool add = arguments.take_if("add");
    return {add, !add && (arguments.take_if("del") || arguments.take_if("delete"))};
}

void address_object(const IpRequest& request, Arguments& arguments, const Output& output) {
    if (arguments.take_if("flush"))
        return flush_addresses(arguments, output);
    if (const Verb verb = take_change(arguments); verb.changes())
        return change_address(arguments, output, verb.add);
    if (!request.only_ipv6)
        show_object(show_addresses, request, arguments, output);
}

void link_object(const IpRequest& request, Arguments& arguments, const Output& output) {
    if (arguments.take_if("set"))
        return set_link(arguments, output);
    show_object(show_links, request, arguments, output);
}

void multicast_object(const IpRequest& request, Arguments& arguments, const Output& output) {
    if (const Verb verb = take_change(arguments); verb.changes())
        return change_multicast_address(arguments, output, verb.add);
    show_object(show_multicast_addresses, request, arguments, output);
}

void neighbour_object(const IpRequest& request, Arguments& arguments, const Output& output) {
    if (arguments.take_if("flush"))
        return flush_neighbours(arguments, output);
    const std::string_view what = arguments.peek();
    if (what != "add" && what != "del" && what != "replace")
        return show_object(show_neighbours, request, arguments, output);
    arguments.take();
    change_neighbour(arguments, output, what);
}

void route_object(const IpRequest& request, Arguments& arguments, const Output& output) {
    if (arguments.take_if("get"))
        return get_route(arguments, output);
    if (const Verb verb = take_change(arguments); verb.changes())
        return change_route(arguments, output, verb.add);
    show_object(show_routes, request, arguments, output);
}

/// In the order in which iproute2 tries abbreviations.
struct Object {
    const char* name;
    void (*run)(const IpRequest&, Arguments&, const Output&);
};
constexpr Object objects[] = {
    {"address", address_object},     {"route", route_object},        {"link", link_object},
    {"neighbour", neighbour_object}, {"neighbor", neighbour_object}, {"maddress", multicast_object},
};

constexpr const char* usage =
    "Usage: ip [-s [-s]] [-br] [-4] addr|link|neigh|route|maddr [show [dev DEVICE]]\n"
    "       ip link set DEVICE [up|down] [mtu N] [address MAC] [promisc on|off] [allmulticast on|off]\n"
    "       ip addr add|del ADDRESS/PREFIX dev DEVICE, ip addr flush dev DEVICE\n"
    "       ip maddr add|del MAC dev DEVICE\n"
    "       ip neigh add|replace|del ADDRESS [lladdr MAC] dev DEVICE\n"
    "       ip neigh flush all|dev DEVICE\n"
    "       ip route add|del default|NETWORK[/PREFIX] [via ADDRESS] [dev DEVICE] [metric NUMBER]\n"
    "       ip route get ADDRESS\n";

} // namespace

void ip_command(Words words, const Output& output) {
    Arguments arguments(words);
    IpRequest request;
    for (; arguments.peek().starts_with('-'); arguments.take())
        if (!take_option(arguments.peek(), request))
            return output.print("Option \"%.*s\" is unknown, try \"ip help\".\n", length_of(arguments.peek()),
                                arguments.peek().data());
    const std::string_view name = arguments.take();
    if (name.empty() || name == "help")
        return output.write(usage);
    for (const Object& object : objects)
        if (abbreviates(name, object.name))
            return object.run(request, arguments, output);
    output.print("Object \"%.*s\" is unknown, try \"ip help\".\n", length_of(name), name.data());
}

} // namespace shell
