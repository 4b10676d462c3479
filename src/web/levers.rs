//! The six levers as pages and papers show them: one table a lever.
//!
//! Invariant: what is unknown is a dash, never a zero; every number stands with its unit.

use askama::Template;

use crate::domain::quantity::Basis;
use crate::domain::unit::Dimension;
use crate::query::levers::LeversAnswer;
use crate::query::levers_table::{LeverRow, rows};
use crate::query::programme_table::word;
use crate::statistics::levers::Lever;
use crate::web::messages::{Lang, Messages};
use crate::web::show::grouped;

/// One figure.
pub struct Line {
    pub of: String,
    pub figure: &'static str,
    pub value: String,
    pub unit: String,
    pub exact: String,
}

/// One lever.
pub struct Section {
    pub title: &'static str,
    /// As addresses name it.
    pub name: String,
    pub note: Option<&'static str>,
    pub lines: Vec<Line>,
}

/// What stands around the tables.
pub struct Words {
    pub of: &'static str,
    pub figure: &'static str,
    pub exact: &'static str,
    pub entries: &'static str,
    pub none: &'static str,
    pub says: &'static str,
}

const BANDS_EN: &str = "Steam by absolute pressure: low to 1.6 MPa, medium to 3.8, sub-high to \
    5.3, high to 9.8, ultra-high above. Heat by temperature: hot water below 100 °C, low to 230, \
    medium to 650, high from there. Water by the park's classes, 1 the best. From the supplied to \
    the needed step.";
const BANDS_ZH: &str = "蒸汽按绝对压力分级：低压至 1.6 MPa，中压至 3.8，次高压至 5.3，\
    高压至 9.8，以上为超高压。余热按温度：100 °C 以下为热水，至 230 为低温，至 650 为中温，\
    以上为高温。水按园区水质等级，1 级最好。由供应品位至所需品位。";
const SAYS_EN: &str = "Computed exactly from the ledger's facts and rounded in print alone. What \
    nobody has said is unknown and never nil. What went through a shared facility is no exchange.";
const SAYS_ZH: &str = "由账本事实精确计算，仅在显示时舍入。无人填报的为未知，不作零处理。\
    共享设施的使用量不计入交换量。";

impl Words {
    fn of(lang: Lang) -> Words {
        Words {
            of: lang.of("Of", "对象"),
            figure: lang.of("Figure", "指标"),
            exact: lang.of("Exact", "精确值"),
            entries: lang.of("Entries behind it", "查看明细"),
            none: lang.of("Nothing is known of it in these months.", "所选月份没有相关数据。"),
            says: lang.of(SAYS_EN, SAYS_ZH),
        }
    }
}

/// All of them.
pub struct Told {
    pub w: Words,
    pub park: String,
    pub from: String,
    pub to: String,
    pub sections: Vec<Section>,
    pub as_of: u64,
    pub root: Option<String>,
}

impl Told {
    pub fn of(answer: &LeversAnswer, park: String, lang: Lang) -> Told {
        let t = lang.messages();
        let all = rows(answer);
        let section = |lever: Lever| Section {
            title: t.lever(lever),
            name: word(&lever),
            note: (lever == Lever::Cascade).then_some(lang.of(BANDS_EN, BANDS_ZH)),
            lines: all.iter().filter(|row| row.lever == lever).map(|row| line(row, t)).collect(),
        };
        Told {
            w: Words::of(lang),
            park,
            from: answer.from.to_string(),
            to: answer.to.to_string(),
            sections: Lever::ALL.map(section).into(),
            as_of: answer.as_of,
            root: answer.root.clone(),
        }
    }
}

fn line(row: &LeverRow, t: &Messages) -> Line {
    let unit = match row.unit.as_str() {
        "P1" => "%",
        "KMT" => "km",
        "TKM" => "t·km",
        other => other,
    };
    Line {
        of: of(&row.of, t),
        figure: t.lever_figure(row.figure),
        value: grouped(&row.value),
        unit: unit.to_owned(),
        exact: row.exact.clone(),
    }
}

/// In words where it is a dimension with its basis or steps of a grade.
fn of(text: &str, t: &Messages) -> String {
    use Dimension::{Energy, Mass, NormalVolume, Pieces, StandardVolume, Volume};
    if let Some((one, two)) = text.split_once(" -> ")
        && !text.contains(':')
    {
        return format!("{} → {}", step(one, t), step(two, t));
    }
    let dimensions = [Mass, Volume, NormalVolume, StandardVolume, Energy, Pieces];
    let bases = [Basis::Wet, Basis::Dry, Basis::AsMetered];
    let known = text.split_once(", ").and_then(|(one, two)| {
        let dimension = dimensions.into_iter().find(|dimension| word(dimension) == one)?;
        let basis = bases.into_iter().find(|basis| word(basis).replace('_', " ") == two)?;
        Some(format!("{} ({})", t.dimension_word(dimension), t.basis(basis)))
    });
    known.unwrap_or_else(|| step(text, t))
}

/// A step of a grade in words; anything else as it is.
fn step(name: &str, t: &Messages) -> String {
    let words = [
        ("ultra_high_pressure", "ultra-high pressure", "超高压"),
        ("high_pressure", "high pressure", "高压"),
        ("sub_high_pressure", "sub-high pressure", "次高压"),
        ("medium_pressure", "medium pressure", "中压"),
        ("low_pressure", "low pressure", "低压"),
        ("high_heat", "high-temperature heat", "高温余热"),
        ("medium_heat", "medium-temperature heat", "中温余热"),
        ("low_heat", "low-temperature heat", "低温余热"),
        ("hot_water", "hot water", "热水"),
        ("unknown", "grade not stated", "品位未填报"),
    ];
    if let Some((_, en, zh)) = words.into_iter().find(|(word, ..)| *word == name) {
        return t.lang.of(en, zh).to_owned();
    }
    match name.strip_prefix("water_class_") {
        Some(class) => format!("{} {class}", t.lang.of("water of class", "水质等级")),
        None => name.to_owned(),
    }
}

#[derive(Template)]
#[template(path = "levers_sheet.html")]
struct Sheet {
    t: &'static Messages,
    p: Told,
    /// Where the entries of a lever are; nowhere on paper.
    link: Option<(String, String)>,
}

/// A page that stands alone and prints on A4.
pub fn sheet(answer: &LeversAnswer, lang: Lang) -> String {
    let p = Told::of(answer, answer.park.to_string(), lang);
    let sheet = Sheet { t: lang.messages(), p, link: None };
    sheet.render().expect("a sheet is written into memory")
}
