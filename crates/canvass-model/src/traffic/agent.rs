//! Kinds of clients: this file is about telling phones, tablets, desktops, robots and programs apart by their own words.

/// What kind of program asked, by the name it gives itself. A guess: names are often untrue, and an iPad says that it is
/// a Macintosh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Agent {
    /// A browser on a phone.
    Phone,
    /// A browser on a tablet or a reader.
    Tablet,
    /// A browser on a desk or a lap.
    Desktop,
    /// Something that visits many sites by itself: search engines, link previews, checks that a page is up.
    Robot,
    /// Somebody's own program.
    Program,
    /// It does not say, or nothing we know.
    Unknown,
}

/// So much of a name is looked at; those of browsers have 80 to 250 bytes.
const NAME_BYTES_MAX: usize = 512;

/// What robots call themselves, besides something that ends in "bot".
const ROBOTS: [&str; 20] = [
    "crawl",
    "spider",
    "slurp",
    "preview",
    "monitor",
    "uptime",
    "pingdom",
    "facebookexternalhit",
    "whatsapp/",
    "mediapartners",
    "google-read-aloud",
    "googleother",
    "lighthouse",
    "headlesschrome",
    "phantomjs",
    "feedfetcher",
    "feedly",
    "validator",
    "archiver",
    "scanner",
];

/// What stands in the names of tablets and readers.
const TABLETS: [&str; 6] = ["ipad", "tablet", "kindle", "silk/", "playbook", "kobo"];

/// What stands in the names of phones.
const PHONES: [&str; 7] = ["iphone", "ipod", "mobile", "windows phone", "opera mini", "blackberry", "kaios"];

/// What stands in the names of televisions, which run the systems of phones.
const TELEVISIONS: [&str; 6] = ["smart-tv", "smarttv", "googletv", "android tv", "hbbtv", "bravia"];

/// What stands in the names of systems for desks.
const DESKTOPS: [&str; 6] = ["windows nt", "macintosh", "x11", "cros ", "linux", "win64"];

impl Agent {
    /// All kinds, people's first.
    pub const ALL: [Self; 6] = [Self::Phone, Self::Tablet, Self::Desktop, Self::Robot, Self::Program, Self::Unknown];

    /// The kind of what calls itself `name`, the `User-Agent` of a request. The first rule that fits decides:
    ///
    /// 1. whoever says that it is a robot is one, whatever browser it also claims to be;
    /// 2. a name that does not begin as browsers' do, but has a version, is a program's;
    /// 3. of browsers: televisions are unknown, then tablets (Android that is not mobile is one), phones and desktops.
    pub fn classify(name: &[u8]) -> Self {
        let name = String::from_utf8_lossy(&name[..name.len().min(NAME_BYTES_MAX)]).to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|it| name.contains(it));
        if has(&ROBOTS) || says_bot(&name) {
            return Self::Robot;
        }
        if !name.starts_with("mozilla/") && !name.starts_with("opera/") {
            return if has_version(&name) { Self::Program } else { Self::Unknown };
        }
        if has(&["powershell", "node.js", "jsdom"]) {
            return Self::Program;
        }
        if has(&TELEVISIONS) {
            return Self::Unknown;
        }
        if has(&TABLETS) || (name.contains("android") && !name.contains("mobile")) {
            return Self::Tablet;
        }
        if has(&PHONES) {
            return Self::Phone;
        }
        if has(&DESKTOPS) { Self::Desktop } else { Self::Unknown }
    }

    /// Its stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Tablet => "tablet",
            Self::Desktop => "desktop",
            Self::Robot => "robot",
            Self::Program => "program",
            Self::Unknown => "unknown",
        }
    }

    /// Reads its name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// Whether somebody may sit before it.
    pub fn may_be_a_person(self) -> bool {
        match self {
            Self::Phone | Self::Tablet | Self::Desktop | Self::Unknown => true,
            Self::Robot | Self::Program => false,
        }
    }
}

/// Whether a word ends in "bot", as those of robots do; the phones of Cubot do too.
fn says_bot(name: &str) -> bool {
    name.match_indices("bot").any(|(at, _)| {
        let is_end = !name[at + 3..].starts_with(|it: char| it.is_ascii_alphabetic());
        is_end && !name[..at].ends_with("cu")
    })
}

/// Whether the name begins like `curl/8.5.0`.
fn has_version(name: &str) -> bool {
    let first = name.split([' ', '(', ';']).next().unwrap_or_default();
    first.split_once('/').is_some_and(|(program, version)| {
        !program.is_empty() && version.trim_start_matches('v').starts_with(|it: char| it.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As they were sent by the programs they name.
    const REAL: [(Agent, &str); 34] = [
        (
            Agent::Phone,
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
        ),
        (
            Agent::Phone,
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
        ),
        (Agent::Phone, "Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0"),
        (
            Agent::Phone,
            "Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
        ),
        (
            Agent::Phone,
            "Mozilla/5.0 (Linux; Android 11; CUBOT NOTE 20) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36",
        ),
        (Agent::Phone, "Opera/9.80 (J2ME/MIDP; Opera Mini/7.1.32052/29.3709; U; en) Presto/2.8.119 Version/11.10"),
        (
            Agent::Phone,
            "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/124.0.6367.111 Mobile/15E148 Safari/604.1",
        ),
        (Agent::Phone, "Mozilla/5.0 (Mobile; Nokia 8110 4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5"),
        (
            Agent::Tablet,
            "Mozilla/5.0 (iPad; CPU OS 12_5_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1.2 Mobile/15E148 Safari/604.1",
        ),
        (
            Agent::Tablet,
            "Mozilla/5.0 (Linux; Android 12; SM-X906C Build/QP1A.190711.020) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/80.0.3987.119 Safari/537.36",
        ),
        (Agent::Tablet, "Mozilla/5.0 (Android 13; Tablet; rv:109.0) Gecko/114.0 Firefox/114.0"),
        (
            Agent::Tablet,
            "Mozilla/5.0 (Linux; Android 11; KFRAWI) AppleWebKit/537.36 (KHTML, like Gecko) Silk/108.4.6 like Chrome/108.0.5359.220 Safari/537.36",
        ),
        (
            Agent::Tablet,
            "Mozilla/5.0 (X11; U; Linux armv7l like Android; en-us) AppleWebKit/531.2+ (KHTML, like Gecko) Version/5.0 Safari/533.2+ Kindle/3.0+",
        ),
        (
            Agent::Desktop,
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
        ),
        (
            Agent::Desktop,
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
        ),
        (Agent::Desktop, "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"),
        (
            Agent::Desktop,
            "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
        ),
        (Agent::Desktop, "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko"),
        (Agent::Robot, "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
        (
            Agent::Robot,
            "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.6478.126 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        ),
        (Agent::Robot, "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"),
        (
            Agent::Robot,
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.1; +https://openai.com/gptbot)",
        ),
        (Agent::Robot, "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"),
        (Agent::Robot, "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"),
        (Agent::Robot, "WhatsApp/2.23.20.0"),
        (
            Agent::Robot,
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/125.0.6422.60 Safari/537.36",
        ),
        (Agent::Robot, "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)"),
        (Agent::Program, "curl/8.5.0"),
        (Agent::Program, "python-requests/2.32.3"),
        (Agent::Program, "Go-http-client/1.1"),
        (Agent::Program, "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.1682"),
        (Agent::Program, "PostmanRuntime/7.39.0"),
        (
            Agent::Unknown,
            "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/94.0.4606.128 Safari/537.36 WebAppManager",
        ),
        (Agent::Unknown, "Dalvik"),
    ];

    #[test]
    fn real_names_fall_into_their_kinds() {
        for (kind, name) in REAL {
            assert_eq!(Agent::classify(name.as_bytes()), kind, "{name}");
        }
    }

    #[test]
    fn whatever_is_sent_has_a_kind() {
        assert_eq!(Agent::classify(b""), Agent::Unknown);
        assert_eq!(Agent::classify(&[0xff; 10]), Agent::Unknown);
        assert_eq!(Agent::classify("é".repeat(100_000).as_bytes()), Agent::Unknown);
        assert_eq!(Agent::classify(b"<script>alert(1)</script>"), Agent::Unknown);
        assert_eq!(Agent::classify(b"Mozilla/5.0"), Agent::Unknown);
        assert_eq!(Agent::classify("bot".as_bytes()), Agent::Robot);
        assert_eq!(Agent::classify("about".as_bytes()), Agent::Unknown);
    }

    #[test]
    fn what_comes_late_in_a_name_is_not_looked_at() {
        let name = format!("Mozilla/5.0 (X11; Linux x86_64) {}Googlebot", "a".repeat(NAME_BYTES_MAX));
        assert_eq!(Agent::classify(name.as_bytes()), Agent::Desktop);
    }

    #[test]
    fn a_kind_survives_its_name() {
        for kind in Agent::ALL {
            assert_eq!(Agent::parse(kind.as_str()), Some(kind));
        }
    }
}
