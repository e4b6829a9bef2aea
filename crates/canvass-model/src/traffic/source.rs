//! Where visitors come from: this file is about the host of the page that led here, and nothing more of its address.

use std::fmt;

/// Which site led to a request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// None was named: typed, from a bookmark, a mail, a QR code.
    Direct,
    /// A page of this installation.
    Internal,
    /// Another site.
    Site(SiteHost),
    /// Something whose name is not kept: no name of a public site, or one too many on its day.
    Other,
}

/// The name of a site: lower case, at least two parts, without `www.`, port or anything that may name a person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteHost(String);

impl Source {
    /// What a `Referer` header says, on an installation whose own hosts, with or without ports, are `own`.
    pub fn of_referrer(referrer: Option<&[u8]>, own: &[&str]) -> Self {
        let Some(referrer) = referrer.filter(|it| !it.is_empty()) else { return Self::Direct };
        let Some(host) = std::str::from_utf8(referrer).ok().and_then(host) else { return Self::Other };
        if own.iter().any(|it| without_port(it).eq_ignore_ascii_case(host)) {
            return Self::Internal;
        }
        SiteHost::parse(host).map_or(Self::Other, Self::Site)
    }

    /// How it is stored and shown over the API. No site has a name without a dot, so that none can be taken for one of
    /// ours.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Direct => "direct",
            Self::Internal => "internal",
            Self::Site(host) => &host.0,
            Self::Other => "other",
        }
    }
}

impl SiteHost {
    /// No name in the DNS is longer.
    pub const BYTES_MAX: usize = 253;

    /// Reads a host. `None` for what is no name of a public site: addresses of machines, names without a dot, signs that
    /// no name has.
    pub fn parse(host: &str) -> Option<Self> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let host = host.trim_start_matches("www.");
        let is_part = |it: &str| {
            (1..=63).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_'))
        };
        let ends_in_letters = host.rsplit('.').next().is_some_and(|it| it.bytes().any(|it| it.is_ascii_alphabetic()));
        let is_name = host.contains('.') && ends_in_letters && host.split('.').all(is_part);
        (host.len() <= Self::BYTES_MAX && is_name).then(|| Self(host.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SiteHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The host in a URL, without user and port.
fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?;
    Some(without_port(host))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|it| it.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn source(referrer: &str) -> Source {
        Source::of_referrer(Some(referrer.as_bytes()), &["surveys.example:8080", "127.0.0.1:4000"])
    }

    #[test]
    fn a_site_is_its_name_and_nothing_more() {
        for referrer in [
            "https://www.News.Example/articles/7?reader=ada@adatum.example#end",
            "https://news.example",
            "http://news.example:8080/",
            "https://ada:secret@news.example/",
            "https://news.example./a",
            "android-app://news.example/",
        ] {
            assert_eq!(source(referrer).as_str(), "news.example", "{referrer}");
        }
    }

    #[test]
    fn our_own_pages_are_internal_whatever_the_port_and_spelling() {
        assert_eq!(source("http://Surveys.example/adatum"), Source::Internal);
        assert_eq!(source("http://surveys.example:8080/adatum"), Source::Internal);
        assert_eq!(source("http://127.0.0.1:4000/adatum/lunch"), Source::Internal);
    }

    #[test]
    fn no_referrer_is_direct() {
        assert_eq!(Source::of_referrer(None, &[]), Source::Direct);
        assert_eq!(source(""), Source::Direct);
    }

    #[test]
    fn what_is_no_public_site_is_not_kept() {
        let long = format!("https://{}.example/", "a".repeat(64));
        let many = format!("https://{}example/", "a.".repeat(200));
        for referrer in [
            "https://192.168.1.5/",
            "https://[2001:db8::1]/",
            "http://adas-laptop/",
            "https://<script>alert(1)</script>.example/",
            "https://news.example\r\nset-cookie: a=b/",
            "news.example",
            "javascript:alert(1)",
            "https://",
            "https://ünïcode.example/",
            "http://direct/",
            &long,
            &many,
        ] {
            assert_eq!(source(referrer), Source::Other, "{referrer:?}");
        }
        assert_eq!(Source::of_referrer(Some(&[0xff, 0xfe]), &[]), Source::Other);
    }

    proptest! {
        #[test]
        fn whatever_is_sent_leaves_a_short_plain_name(referrer in prop::collection::vec(any::<u8>(), 0..400)) {
            let source = Source::of_referrer(Some(&referrer), &[]);
            prop_assert!(source.as_str().len() <= SiteHost::BYTES_MAX);
            prop_assert!(source.as_str().bytes().all(|it| it.is_ascii_alphanumeric() || b"-_.".contains(&it)));
        }

        #[test]
        fn a_name_that_was_kept_is_kept_alike_again(host in "[a-zA-Z0-9._-]{1,60}") {
            if let Some(kept) = SiteHost::parse(&host) {
                prop_assert_eq!(SiteHost::parse(kept.as_str()), Some(kept));
            }
        }
    }
}
