//! The brand: this file is about choosing a look within the plan and within what can be read, and taking it back.

use canvass_actions::{Error, brand};
use canvass_format::picture;
use canvass_model::{
    brand::{Colour, Theme},
    event::{BrandChange, Event},
    plan::PlanId,
};
use canvass_storage::events;

use crate::{a_tenant, by, on_each_engine};

/// A picture of one red pixel.
const PIXEL: &[u8] = include_bytes!("../data/pixel.png");

fn plum() -> Theme {
    let mut theme = Theme::default();
    theme.light.accent = Colour::parse("#7a1f5c").unwrap();
    theme
}

fn messages(error: &Error) -> Vec<(String, String)> {
    let Error::Invalid { faults } = error else { panic!("{error:?}") };
    faults.iter().map(|it| (it.pointer.clone(), it.message.clone())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_is_logged_and_the_last_can_be_taken_back() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let own = brand::find(tx)?;
                assert_eq!((own.theme.clone(), own.css.as_str()), (Theme::default(), ""));
                assert!(matches!(brand::undo(tx, &by()), Err(Error::Refused(_))));
                let themed = brand::set_theme(tx, &by(), &plum())?;
                assert!(themed.sheet.contains("--accent:#7a1f5c") && themed.sheet_hash != own.sheet_hash);
                let logo = picture::logo(PIXEL).unwrap();
                let pictured = brand::set_logo(tx, &by(), &logo)?;
                assert_eq!(brand::find(tx)?, pictured);
                let styled = brand::set_css(tx, &by(), &PlanId::Standard.plan(), " .button{border-radius:0} ")?;
                assert!(styled.sheet.contains(".tenant-page .actions>.primary{border-radius:0}"));
                assert_eq!(styled.logo, pictured.logo, "other changes keep the logo");
                assert_eq!(brand::set_theme(tx, &by(), &plum())?, styled, "the same again is no change");
                assert_eq!(brand::undo(tx, &by())?, pictured);
                assert_eq!(brand::undo(tx, &by())?, styled);
                assert_eq!(brand::remove_logo(tx, &by())?.logo, None);
                let log: Vec<Event> = events::list(tx, None, 6)?.into_iter().map(|it| it.event).collect();
                let wanted = [
                    BrandChange::LogoRemoved,
                    BrandChange::Undone,
                    BrandChange::Undone,
                    BrandChange::Css,
                    BrandChange::Logo,
                    BrandChange::Theme,
                ];
                assert_eq!(log, wanted.map(|what| Event::BrandChanged { what }));
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_refused_and_nothing_changes() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let mut pale = Theme::default();
                pale.dark.text = Colour::parse("#333333").unwrap();
                let refused = messages(&brand::set_theme(tx, &by(), &pale).unwrap_err());
                assert_eq!(refused[0].0, "/theme/dark/text");
                assert!(refused[0].1.contains("The nearest colour that can be read is #"), "{}", refused[0].1);

                let plan = PlanId::Standard.plan();
                let css = "body{color:red}\n.button{opacity:0}";
                let refused = messages(&brand::set_css(tx, &by(), &plan, css).unwrap_err());
                assert_eq!(refused.len(), 2);
                assert!(refused[1].1.starts_with("Line 2, column 9:") && refused[1].0 == "/css", "{}", refused[1].1);

                // Good on a light page, lost on a dark one: the theme is refused because of the CSS.
                let css = ".button{background:var(--background);color:#14201b}\n\
                           @media (prefers-color-scheme:dark){.button{color:#fff}}\n\
                           .button:hover{background:var(--background)}";
                brand::set_css(tx, &by(), &plan, css)?;
                let mut night = plum();
                night.light = night.dark;
                let refused = messages(&brand::set_theme(tx, &by(), &night).unwrap_err());
                assert_eq!(refused[0].0, "/css");
                assert_eq!(brand::find(tx)?.theme, Theme::default());
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_plan_has_a_theme_and_a_logo_and_keeps_what_a_larger_one_wrote() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "Adatum").await;
        tenant
            .write(|tx| {
                let (small, large) = (PlanId::Individual.plan(), PlanId::Premium.plan());
                let css = ".button{border-radius:0}";
                assert!(matches!(brand::set_css(tx, &by(), &small, css), Err(Error::Limit(_))));
                brand::set_css(tx, &by(), &large, css)?;
                let kept = brand::set_theme(tx, &by(), &plum())?;
                assert_eq!(kept.css, css);
                assert_eq!(brand::set_css(tx, &by(), &small, css)?, kept);
                assert_eq!(brand::set_css(tx, &by(), &small, "  ")?.css, "", "removing is always possible");
                brand::set_logo(tx, &by(), &picture::logo(PIXEL).unwrap())?;
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}
