//! The brand: this file is about its queries, and about what is kept for undo.

use canvass_model::brand::{Brand, ContentHash, Logo, Theme};
use canvass_storage::{
    Error,
    brand::{self, Picture},
    surveys,
};

use crate::{a_tenant, on_each_engine};

fn a_brand(sheet: &str, png: Option<&[u8]>) -> Brand {
    Brand {
        theme: Theme::default(),
        css: ".page{}".to_owned(),
        sheet: sheet.to_owned(),
        sheet_hash: ContentHash::of(sheet.as_bytes()),
        logo: png.map(|it| Logo { hash: ContentHash::of(it), width: 3, height: 2 }),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_brand_is_kept_with_the_one_before_it() {
    on_each_engine(async |directory| {
        let tenant = a_tenant(&directory, "adatum").await;
        tenant
            .write(|tx| {
                assert_eq!(brand::find(tx)?, None);
                assert!(!brand::has_previous(tx)? && !brand::swap(tx)?);
                let (own, first) = (a_brand("own", None), a_brand("first", Some(b"png")));
                brand::replace(tx, &own, &first, Picture::New(b"png"))?;
                assert_eq!(brand::find(tx)?.as_ref(), Some(&first));
                let second = a_brand("second", Some(b"png"));
                brand::replace(tx, &first, &second, Picture::Kept)?;
                assert_eq!(brand::find(tx)?.as_ref(), Some(&second), "the logo is kept with its size");
                assert_eq!(brand::logo(tx, &ContentHash::of(b"png"))?.as_deref(), Some(&b"png"[..]));
                assert!(brand::swap(tx)?);
                assert_eq!(brand::find(tx)?.as_ref(), Some(&first));
                assert!(brand::swap(tx)?);
                let third = a_brand("third", None);
                brand::replace(tx, &second, &third, Picture::Removed)?;
                assert_eq!(brand::find(tx)?.as_ref(), Some(&third));
                assert_eq!(brand::logo(tx, &ContentHash::of(b"png"))?, None, "a logo that is gone is not found");
                assert!(brand::swap(tx)?);
                assert_eq!(brand::logo(tx, &ContentHash::of(b"png"))?.as_deref(), Some(&b"png"[..]));
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_brand_is_its_tenants_own_and_caches_hear_of_it() {
    on_each_engine(async |directory| {
        let (adatum, fabrikam) = (a_tenant(&directory, "adatum").await, a_tenant(&directory, "fabrikam").await);
        let before = adatum.read(surveys::content_stamp).await.unwrap();
        let chosen = a_brand("first", Some(b"png"));
        let stored = chosen.clone();
        adatum.write(move |tx| brand::replace(tx, &a_brand("own", None), &stored, Picture::New(b"png"))).await.unwrap();
        assert!(before < adatum.read(surveys::content_stamp).await.unwrap());
        assert_eq!(adatum.read(brand::find).await.unwrap(), Some(chosen));
        assert_eq!(fabrikam.read(brand::find).await.unwrap(), None);
        let foreign = fabrikam.read(|tx| brand::logo(tx, &ContentHash::of(b"png"))).await.unwrap();
        assert_eq!(foreign, None);
    })
    .await;
}
