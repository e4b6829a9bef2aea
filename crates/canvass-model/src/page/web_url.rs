//! Addresses elsewhere: this file is about the only kind of link a page may lead out by.

use url::Url;

/// An absolute `https` or `http` address with a host and without a user name or password, as browsers read it (the URL
/// standard), so that what was checked is what is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebUrl {
    text: String,
    host: String,
}

/// Why a text is no such address, worded for the person at the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Enter a full web address, like https://adatum.example/about")]
pub struct InvalidWebUrl;

impl WebUrl {
    /// Longer addresses are refused by browsers and proxies.
    pub const BYTES_MAX: usize = 2_000;

    /// Reads an address and writes it the way browsers do.
    pub fn parse(text: &str) -> Result<Self, InvalidWebUrl> {
        let url = Url::parse(text.trim()).map_err(|_| InvalidWebUrl)?;
        let is_web = matches!(url.scheme(), "https" | "http");
        if !is_web || !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidWebUrl);
        }
        let host = url.host_str().ok_or(InvalidWebUrl)?.to_owned();
        let text = String::from(url);
        if Self::BYTES_MAX < text.len() { Err(InvalidWebUrl) } else { Ok(Self { text, host }) }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its host, in lower case, in ASCII.
    pub fn host(&self) -> &str {
        &self.host
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_web_addresses_pass() {
        let url = WebUrl::parse(" HTTPS://Adatum.Example/a b?c=d#e ").unwrap();
        assert_eq!((url.as_str(), url.host()), ("https://adatum.example/a%20b?c=d#e", "adatum.example"));
        assert_eq!(WebUrl::parse("https://bücher.example/").unwrap().host(), "xn--bcher-kva.example");
        for text in [
            "",
            "about",
            "/about",
            "//adatum.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://adatum.example",
            "https://",
            "https://adatum.example@evil.example/",
            "https://user:secret@adatum.example/",
            &format!("https://adatum.example/{}", "a".repeat(WebUrl::BYTES_MAX)),
        ] {
            assert_eq!(WebUrl::parse(text), Err(InvalidWebUrl), "{text}");
        }
    }

    #[test]
    fn what_browsers_take_for_a_host_is_the_host() {
        for text in [
            "https:\\\\evil.example\\adatum.example",
            "https:/evil.example",
            "https:evil.example",
            "https://evil.example#@adatum.example",
        ] {
            assert_eq!(WebUrl::parse(text).unwrap().host(), "evil.example", "{text}");
        }
    }
}
