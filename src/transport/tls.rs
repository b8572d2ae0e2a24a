//! Whom to believe over TLS: the certificates of the system, and those that the user adds.

use std::sync::{Arc, Once, OnceLock};

use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls_platform_verifier::Verifier;

use super::ConnectError;

/// Certificates that are believed besides those of the system.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    extra: Vec<CertificateDer<'static>>,
    /// Made once for all copies: reading the certificates of the system for each connection was a
    /// quarter of the CPU of a run over plain HTTP. Sessions of TLS are not shared.
    verifier: Arc<OnceLock<Result<Arc<Verifier>, rustls::Error>>>,
}

impl Trust {
    /// Believes the certificates of a PEM text too.
    ///
    /// # Errors
    /// The text holds no certificate, or one that cannot be read; says what is wrong.
    pub fn with(&mut self, pem: &[u8]) -> Result<(), String> {
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let found = found.map_err(|error| format!("not PEM: {error}"))?;
        if found.is_empty() {
            return Err("it holds no certificate".to_owned());
        }
        self.extra.extend(found);
        self.verifier = Arc::default();
        Ok(())
    }

    /// Settings of TLS connections.
    ///
    /// # Errors
    /// A certificate cannot be used.
    pub fn config(&self) -> Result<ClientConfig, ConnectError> {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            // An error means that somebody installed one before, which serves as well.
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let made = self.verifier.get_or_init(|| {
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            Verifier::new_with_extra_roots(self.extra.clone(), provider).map(Arc::new)
        });
        let verifier = made
            .as_ref()
            .map_err(|error| ConnectError::Unusable(format!("TLS: {error}")))?;
        Ok(ClientConfig::builder()
            .dangerous()
            .with_custom_certificate_verifier(Arc::<Verifier>::clone(verifier))
            .with_no_client_auth())
    }
}

#[cfg(test)]
mod tests {
    use super::Trust;

    #[test]
    fn text_without_certificates_is_refused() {
        let mut trust = Trust::default();
        for text in [
            "",
            "hello",
            "-----BEGIN CERTIFICATE-----\n%%\n-----END CERTIFICATE-----\n",
        ] {
            assert!(trust.with(text.as_bytes()).is_err(), "{text}");
        }
        assert!(trust.extra.is_empty());
    }
}
