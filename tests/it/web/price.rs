//! A formula on the page of its contract, and what is due on the pages of a window.

use super::browser::Browser;
use super::html;
use crate::http::price::with_formula;

const SHEET: &str = "/months/ctr_2/2025-03";

#[test]
fn a_formula_is_shown_to_the_parties_and_proposes_an_amount() {
    let (server, keys) = with_formula();
    let works = Browser::signed_in(&server, "en", &keys.works);
    let mill = Browser::signed_in(&server, "zh", &keys.mill);
    let page = mill.page("/contracts/ctr_2");
    html::check("/contracts/ctr_2", &page);
    for words in ["基础价 91.37 CNY", "moisture 高于 10", "coal: 30 %", "差额按以下比例付款"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    let sheet = works.page(SHEET);
    html::check(SHEET, &sheet);
    assert!(sheet.contains("depends on assays or an index"), "{sheet}");
    let path = format!("{SHEET}/amount");
    let asked = works.page(&path);
    html::check(&path, &asked);
    assert!(asked.contains("moves with coal; state its value"), "{asked}");
    let stated = format!("{path}?property-0=10&index-0=770&assays=dlv_2+moisture+11.0");
    let page = works.page(&stated);
    html::check(&path, &page);
    for words in ["6586.31 CNY", "value=\"6586.31\"", "2821.866320", "828.177680"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    // Whoever pays is shown the same, and bills nothing.
    let page = mill.page(&stated);
    html::check(&path, &page);
    assert!(page.contains("6586.31 CNY") && !page.contains("/invoice\""), "{page}");
    let fields = [("number", "INV-9"), ("amount", "6586.31"), ("currency", "CNY")];
    let page = works.page(&stated);
    let recorded = works.fill(&page, &format!("{SHEET}/invoice"), &fields);
    assert_eq!(recorded.status, 303, "{}", recorded.text);
    let wrong = works.page(&format!("{path}?assays=dlv_2+moisture"));
    assert!(wrong.contains("as dlv_1 ash 12.5"), "{wrong}");
    let other = Browser::signed_in(&server, "en", &keys.other);
    assert_eq!(other.get(&path).status, 404);
}
