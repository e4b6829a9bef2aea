//! The tree of pages: this file is about laying addresses out by their parts.

use std::collections::BTreeMap;

use canvass_actions::pages::in_order;
use canvass_model::page::Page;

/// One part of an address: a page, or only the way to pages below it.
#[derive(Debug, Default)]
pub(super) struct Branch<'a> {
    /// What its address ends in, as people see it.
    pub(super) name: String,
    /// The page at this address, if there is one.
    pub(super) page: Option<&'a Page>,
    /// What stands below it, in order: pages as their members put them, then ways by name.
    pub(super) below: Vec<Branch<'a>>,
}

/// A part of the tree while it grows, by the keys of the parts below.
#[derive(Default)]
struct Growing<'a> {
    name: String,
    page: Option<&'a Page>,
    below: BTreeMap<&'a str, Growing<'a>>,
}

/// The tree of these pages. No recursion runs deeper than an address has parts.
pub(super) fn of<'a>(pages: impl Iterator<Item = &'a Page>) -> Vec<Branch<'a>> {
    let mut root = Growing::default();
    for page in pages {
        let mut at = &mut root;
        for (key, name) in page.address.key().as_str().split('/').zip(page.address.native().split('/')) {
            at = at.below.entry(key).or_default();
            if at.name.is_empty() {
                name.clone_into(&mut at.name);
            }
        }
        page.address.native().rsplit('/').next().unwrap_or_default().clone_into(&mut at.name);
        at.page = Some(page);
    }
    grown(root.below)
}

fn grown<'a>(parts: BTreeMap<&'a str, Growing<'a>>) -> Vec<Branch<'a>> {
    let grow = |it: Growing<'a>| Branch { name: it.name, page: it.page, below: grown(it.below) };
    let mut branches: Vec<Branch<'a>> = parts.into_values().map(grow).collect();
    branches.sort_by_key(|it| (it.page.is_none(), it.page.map(in_order)));
    branches
}

#[cfg(test)]
mod tests {
    use canvass_model::{
        address::PageAddress,
        id::PageId,
        page::{Target, Visibility},
        survey::Revision,
        time::Timestamp,
    };

    use super::*;

    fn page(path: &str, place: u32) -> Page {
        Page {
            id: PageId::from(uuid::Uuid::nil()),
            address: PageAddress::parse(path).unwrap(),
            title: String::new(),
            target: Target::Document,
            visibility: Visibility::Public,
            opens_at: None,
            closes_at: None,
            place,
            revision: Revision(1),
            created_at: Timestamp(0),
            updated_at: Timestamp(0),
            trashed_at: None,
        }
    }

    fn drawn(branches: &[Branch<'_>]) -> String {
        let draw = |it: &Branch<'_>| {
            let below = if it.below.is_empty() { String::new() } else { format!("({})", drawn(&it.below)) };
            format!("{}{}{below}", it.name, if it.page.is_some() { "" } else { "/" })
        };
        branches.iter().map(draw).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn pages_stand_below_each_other_by_their_addresses() {
        let pages = [page("Team/Ada", 0), page("team", 1), page("about", 0), page("a/b/c", 0), page("TEAM/Carl", 0)];
        assert_eq!(drawn(&of(pages.iter())), "about team(Ada Carl) a/(b/(c))");
    }

    #[test]
    fn places_go_before_names_and_equal_places_by_age() {
        let pages = [page("a", 2), page("b", 1), Page { created_at: Timestamp(1), ..page("c", 0) }, page("d", 0)];
        assert_eq!(drawn(&of(pages.iter())), "d c b a");
    }
}
