//! `--ca-file`: a server behind TLS whose certificate only the user knows.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Stdio};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;

use crate::command::{Ended, Place};

/// Somebody who signs certificates.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        Self { issuer }
    }

    fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// TLS for the name `localhost`, signed by this authority.
    fn config(&self) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap()
    }
}

/// Takes TLS connections on a port and hands what is in them on; ends with the test.
fn in_front_of(plain: SocketAddr, config: ServerConfig) -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let serve = async move {
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // Clients that do not believe the certificate end the handshake.
                let Ok(mut outer) = acceptor.accept(stream).await else {
                    return;
                };
                let mut inner = tokio::net::TcpStream::connect(plain).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut outer, &mut inner).await;
            });
        }
    };
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(serve);
    });
    port
}

/// A correct server over plain HTTP.
fn serve(place: &Place) -> (Child, SocketAddr) {
    place.put("server.mcp", "transport http\n");
    let mut command = place.command(&["mock", "server.mcp"]);
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut url = String::new();
    let errors = child.stderr.take().unwrap();
    BufReader::new(errors).read_line(&mut url).unwrap();
    let authority = url.trim().trim_start_matches("http://");
    let address = authority.split('/').next().unwrap().parse().unwrap();
    (child, address)
}

fn test(place: &Place, port: u16, more: &[&str]) -> Ended {
    let url = format!("https://localhost:{port}/mcp");
    let mut words = vec!["run", &url, "--check", "ping/", "--no-progress"];
    words.extend(more);
    place.run(&words)
}

#[test]
fn a_certificate_is_believed_when_the_user_names_who_signed_it() {
    let place = Place::new();
    let (known, other) = (Authority::new(), Authority::new());
    place.put("known.pem", &known.pem());
    place.put("other.pem", &other.pem());
    let (mut child, plain) = serve(&place);
    let port = in_front_of(plain, known.config());

    let believed = test(&place, port, &["--ca-file", "known.pem"]);
    let both = ["--ca-file", "other.pem", "--ca-file", "known.pem"];
    let among_others = test(&place, port, &both);
    let unknown = test(&place, port, &[]);
    let wrong = test(&place, port, &["--ca-file", "other.pem"]);
    child.kill().unwrap();
    child.wait().unwrap();

    for ended in [believed, among_others] {
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.stdout.contains("2025-11-25    100%"), "{ended:?}");
    }
    for ended in [unknown, wrong] {
        assert_eq!(ended.code, Some(3), "{ended:?}");
        let shown = ended.stdout.to_lowercase();
        assert!(shown.contains("certificate"), "{ended:?}");
    }
}

#[test]
fn what_holds_no_certificate_is_refused_before_anything_runs() {
    let place = Place::new();
    place.put("empty.pem", "");
    for (file, why) in [
        ("empty.pem", "it holds no certificate"),
        ("missing.pem", "No such file"),
    ] {
        let ended = place.run(&["run", "https://localhost:1/mcp", "--ca-file", file]);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        let expected = format!("--ca-file {file}: {why}");
        assert!(ended.stderr.contains(&expected), "{ended:?}");
    }
}
