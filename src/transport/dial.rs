//! A TCP connection to the host of a URL, with TLS where the URL says so.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::tungstenite::http::Uri;

use super::streamable_http::{FAULT_CONNECT, FAULT_TLS};
use super::tls::Trust;

/// A byte stream to a server.
#[derive(Debug)]
pub(super) enum Dialled {
    Plain(TcpStream),
    Secret(Box<TlsStream<TcpStream>>),
}

/// Connects; errors begin with the prefix of their kind.
pub(super) async fn dial(uri: &Uri, trust: &Trust) -> io::Result<Dialled> {
    let cannot =
        |prefix: &str, why: &dyn std::fmt::Display| io::Error::other(format!("{prefix}{why}"));
    let secret = uri.scheme_str() == Some("wss");
    let host = uri.host().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let port = uri.port_u16().unwrap_or(if secret { 443 } else { 80 });
    let stream = TcpStream::connect((bare, port))
        .await
        .map_err(|error| cannot(FAULT_CONNECT, &error))?;
    if !secret {
        return Ok(Dialled::Plain(stream));
    }
    let name = ServerName::try_from(bare.to_owned()).map_err(|error| cannot(FAULT_TLS, &error))?;
    let config = trust.config().map_err(|error| cannot(FAULT_TLS, &error))?;
    let connector = TlsConnector::from(Arc::new(config));
    let stream = connector
        .connect(name, stream)
        .await
        .map_err(|error| cannot(FAULT_TLS, &error))?;
    Ok(Dialled::Secret(Box::new(stream)))
}

impl AsyncRead for Dialled {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Secret(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Dialled {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Secret(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Secret(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Secret(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
