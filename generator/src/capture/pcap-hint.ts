/** How to go on with a file in the old pcap format. */
export const PCAP_HINT = 'convert it: "editcap -F pcapng OLD NEW" (Wireshark)';
