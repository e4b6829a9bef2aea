//! Spellings of an address: this file is about the many ways people and programs write the same one.

use reqwest::Method;

use crate::support::{Canvass, Survey, workshop};

#[tokio::test]
async fn every_spelling_of_an_address_leads_to_its_survey() {
    let canvass = Canvass::start().await;
    let ray = canvass.ray();
    let program = canvass.program_of("adatum").await;
    let pages: [(&str, &[&str]); 3] = [
        ("workshop", &["/adatum/workshop", "/adatum/workshop/", "/Adatum/WorkShop", "/adatum/%77orkshop"]),
        (
            "Größe/2026 Frühling",
            &[
                "/adatum/Gr%C3%B6%C3%9Fe/2026%20Fr%C3%BChling",
                "/adatum/gr%c3%b6%c3%9fe/2026%20fr%c3%bchling/",
                "/adatum/GR%C3%96%C3%9FE/2026%20FR%C3%9CHLING",
                "/adatum/Gro%CC%88%C3%9Fe/2026%20Fru%CC%88hling",
            ],
        ),
        ("50%25 off", &["/adatum/50%25%20off"]),
    ];
    for (page, spellings) in pages {
        let survey = Survey::publish(program.clone(), "adatum", page, &workshop()).await;
        for spelling in spellings {
            let shown = ray.get(spelling).await.expect(200);
            assert!(shown.shows("After the workshop"), "{spelling}");
            let head = ray.send(ray.request(Method::HEAD, spelling)).await.expect(200);
            assert!(head.body.is_empty());
            assert_eq!(head.header("content-type"), shown.header("content-type"), "{spelling}");
        }
        let action = address_of(&ray.get(spellings[0]).await.expect(200).text());
        let survey = Survey { page: action, ..survey };
        let page = ray.get(&survey.page).await.expect(200);
        let thanks = super::press(&ray, &survey, &page, "submit", &super::RIGHT).await.location();
        assert!(ray.get(&thanks).await.expect(200).shows("See you at the next one."), "{thanks}");
        canvass.settled().await;
        assert_eq!(survey.counted().await, 1);
    }
    let index = ray.get("/adatum").await.expect(200).text();
    for spelling in ["/adatum", "/adatum/", "/ADATUM"] {
        assert_eq!(ray.get(spelling).await.expect(200).text(), index, "{spelling}");
    }
}

#[tokio::test]
async fn an_encoded_slash_separates_nothing() {
    let canvass = Canvass::start().await;
    let program = canvass.program_of("adatum").await;
    Survey::publish(program, "adatum", "one/two", &workshop()).await;
    let ray = canvass.ray();
    ray.get("/adatum/one/two").await.expect(200);
    ray.get("/adatum/one%2Ftwo").await.expect(400);
    ray.get("/adatum/one%252Ftwo").await.expect(404);
    ray.get("/adatum/%6Fne/two").await.expect(200);
    ray.get("/adatum/%256Fne/two").await.expect(404);
}

/// Where the form of a page goes.
fn address_of(page: &str) -> String {
    let form = page.split("<form class=\"survey\"").nth(1).unwrap();
    form.split("action=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}
