//! On which addresses a server of this machine waits for connections, as the kernel tells.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// State of a socket that waits for connections, in the tables of the kernel.
const LISTEN: &str = "0A";

/// The addresses of the socket behind a URL of this machine. Empty for other URLs, and where there
/// is no `/proc/net`.
pub(super) fn behind(url: &str) -> Vec<IpAddr> {
    let Some((hosts, port)) = endpoint(url) else {
        return Vec::new();
    };
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    let sockets: Vec<IpAddr> = tables
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .flat_map(|table| waiting_on(&table, port))
        .collect();
    answering(&hosts, &sockets)
}

/// The loopback addresses that a URL can mean, and its port.
fn endpoint(url: &str) -> Option<(Vec<IpAddr>, u16)> {
    let url = reqwest::Url::parse(url).ok()?;
    let host = url.host_str()?.trim_matches(['[', ']']);
    let hosts = match host.parse::<IpAddr>() {
        Ok(address) => vec![address],
        Err(_) if host == "localhost" || host.ends_with(".localhost") => {
            vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
        }
        Err(_) => return None,
    };
    let is_here = hosts.iter().all(IpAddr::is_loopback);
    is_here.then_some((hosts, url.port_or_known_default()?))
}

/// Addresses of the sockets in a table of the kernel that wait on a port.
fn waiting_on(table: &str, port: u16) -> Vec<IpAddr> {
    let row = |line: &str| {
        let mut words = line.split_whitespace().skip(1);
        let (local, state) = (words.next()?, words.nth(1)?);
        let (address, at) = local.rsplit_once(':')?;
        let is_it = state == LISTEN && u16::from_str_radix(at, 16).ok()? == port;
        is_it.then(|| read(address))?
    };
    table.lines().skip(1).filter_map(row).collect()
}

/// The kernel writes each 32 bits of an address as a number of this machine, in hexadecimal digits.
fn read(digits: &str) -> Option<IpAddr> {
    let mut bytes = Vec::new();
    for at in (0..digits.len()).step_by(8) {
        let word = u32::from_str_radix(digits.get(at..at + 8)?, 16).ok()?;
        bytes.extend(word.to_ne_bytes());
    }
    match bytes.len() {
        4 => Some(<[u8; 4]>::try_from(bytes).ok()?.into()),
        _ => {
            let address = Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?);
            Some(IpAddr::from(address).to_canonical())
        }
    }
}

/// Which sockets take connections to one of `hosts`. A socket of the very address hides one of all
/// addresses, which may belong to another server.
fn answering(hosts: &[IpAddr], sockets: &[IpAddr]) -> Vec<IpAddr> {
    let own: Vec<IpAddr> = sockets
        .iter()
        .copied()
        .filter(|socket| hosts.contains(socket))
        .collect();
    if !own.is_empty() {
        return own;
    }
    let any = sockets.iter().copied();
    any.filter(IpAddr::is_unspecified).collect()
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn the_socket_behind_a_url_is_found() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let url = format!("http://localhost:{port}/mcp");
        if !cfg!(target_os = "linux") {
            return;
        }
        assert_eq!(behind(&url), [IpAddr::from(Ipv4Addr::LOCALHOST)]);
        drop(listener);
        assert_eq!(behind(&url), Vec::<IpAddr>::new());
    }

    #[test]
    fn rows_of_both_tables_are_read() {
        let v4 = "  sl  local_address rem_address   st tx_queue\n\
                  \x20  0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000\n\
                  \x20  1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000\n\
                  \x20  2: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000\n";
        let v6 = "  sl  local_address rem_address st\n\
                  \x20  0: 00000000000000000000000001000000:1F90 \
                  00000000000000000000000000000000:0000 0A 0:0\n\
                  \x20  1: 0000000000000000FFFF00000100007F:1F90 \
                  00000000000000000000000000000000:0000 0A 0:0\n";
        if cfg!(target_endian = "big") {
            return;
        }
        assert_eq!(waiting_on(v4, 8080), [IpAddr::from(Ipv4Addr::UNSPECIFIED)]);
        let loopback = [
            IpAddr::from(Ipv6Addr::LOCALHOST),
            IpAddr::from(Ipv4Addr::LOCALHOST),
        ];
        assert_eq!(waiting_on(v6, 8080), loopback);
    }

    #[test]
    fn only_urls_of_this_machine_are_looked_up() {
        for url in [
            "http://192.0.2.1:80/",
            "https://example.com/",
            "",
            "127.0.0.1:80",
        ] {
            assert_eq!(endpoint(url), None, "{url}");
        }
        let (hosts, port) = endpoint("ws://[::1]/").expect("it is of this machine");
        assert_eq!((&hosts[..], port), (&[Ipv6Addr::LOCALHOST.into()][..], 80));
    }

    #[test]
    fn a_socket_of_the_very_address_comes_first() {
        let (own, any) = (Ipv4Addr::LOCALHOST.into(), Ipv4Addr::UNSPECIFIED.into());
        assert_eq!(answering(&[own], &[any, own]), [own]);
        assert_eq!(answering(&[own], &[any, Ipv6Addr::LOCALHOST.into()]), [any]);
    }
}
