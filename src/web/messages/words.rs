//! Words of the domain's own lists: stages, methods, nonconformities, events.
//!
//! Invariant: every word of every list has both languages: the compiler asks for those of enums, a
//! test for those of events.

use crate::domain::access::Role;
use crate::domain::command::{ContractKind, InvoiceKind, SettledReason, Window};
use crate::domain::event::Side;
use crate::domain::fact::Measure;
use crate::domain::method::Certainty;
use crate::domain::quantity::{Basis, Method};
use crate::domain::shapes::{BaselineFate, Nonconformity, PriceDirection};
use crate::domain::state::{ContractStage, CorrectionStage, DeliveryStage, DisputeEnd};
use crate::domain::unit::Dimension;
use crate::query::levers_table::LeverFigure;
use crate::query::programme::IndicatorStatus;
use crate::query::reconciliation::SheetState;
use crate::query::unknown::{MissingWhy, UndefinedWhy};
use crate::statistics::levers::Lever;
use crate::table::{Kind, RowStatus};
use crate::web::messages::Messages;

/// One function for each list: a value, its English, its Chinese.
macro_rules! words {
    ($($name:ident $of:ident { $($value:ident $en:literal $zh:literal)+ })+) => {
        impl Messages {
            $(pub fn $name(&self, value: $of) -> &'static str {
                match value { $($of::$value => self.lang.of($en, $zh)),+ }
            })+
        }
    };
}

words! {
    stage DeliveryStage {
        Dispatched "dispatched" "已发货"
        Cancelled "cancelled" "已取消"
        Received "received" "已收货"
        Accepted "accepted" "已验收"
        PartlyRejected "partly rejected" "部分拒收"
        Rejected "rejected" "已拒收"
        Finished "finished" "已完结"
    }
    contract_stage ContractStage {
        Proposed "proposed" "待确认"
        Declined "declined" "已拒绝"
        Concluded "concluded" "已成立"
        Terminated "terminated" "已终止"
    }
    sheet_state SheetState {
        Disputed "disputed" "有争议"
        InTransit "in transit" "在途"
        Open "not accepted yet" "待验收"
        OneSided "one-sided" "单方"
        ConfirmedByBoth "confirmed by both" "双方已确认"
    }
    settled_reason SettledReason {
        Moisture "moisture" "扣水分"
        Impurities "impurities" "扣杂质"
        LateAssay "late assay" "补检"
        Agreed "agreed" "商定"
    }
    invoice_kind InvoiceKind {
        Invoice "invoice" "发票"
        CreditNote "credit note" "红字发票"
    }
    table_kind Kind {
        Tickets "weighbridge tickets" "磅单"
        Readings "meter readings" "抄表"
        Contracts "contracts" "合同"
    }
    correction_stage CorrectionStage {
        Requested "waits for the other side" "待对方答复"
        Applied "applied" "已更正"
        Declined "declined" "未同意"
    }
    dispute_end DisputeEnd {
        Settled "settled" "已了结"
        Withdrawn "withdrawn" "已撤回"
    }
    side Side {
        Supplier "supplier" "供方"
        Receiver "receiver" "收方"
    }
    contract_kind ContractKind {
        Spot "Spot contract" "单次合同"
        Framework "Framework contract, called off in parts" "框架合同，分批提货"
        Recurring "Recurring contract" "周期合同"
    }
    window Window {
        Term "in the term" "/ 全期"
        Month "a month" "/ 月"
        Year "a year" "/ 年"
    }
    price_direction PriceDirection {
        ReceiverPays "the receiver pays" "收方付款"
        SupplierPays "the supplier pays" "供方付款"
        Free "free" "无偿"
    }
    fate BaselineFate {
        Landfill "landfill" "填埋"
        Incineration "incineration" "焚烧"
        Discharge "discharge" "排放"
        Storage "storage" "贮存"
        OtherUse "other use" "其他利用"
        Unknown "unknown" "未知"
    }
    method Method {
        Weighed "weighed" "过磅"
        Metered "metered" "仪表计量"
        Calculated "calculated" "推算"
        Estimated "estimated" "估算"
        Declared "declared" "申报"
    }
    basis Basis {
        Wet "wet" "湿基"
        Dry "dry" "干基"
        AsMetered "as metered" "按表计"
    }
    measure Measure {
        Dispatched "dispatched" "发货"
        Received "received" "收货"
        Accepted "accepted" "验收"
        Delivered "delivered" "交付"
        Used "used" "利用"
        UsedInterim "passed on (R12, R13)" "中间利用（R12、R13）"
        Disposed "disposed of" "处置"
        Rejected "rejected" "拒收"
        Unreconciled "unreconciled" "未对平"
        Generated "generated" "产生"
        OwnReused "reused on site" "自行利用"
        FreshWater "fresh water" "新鲜水"
        Recirculated "recirculated" "循环"
        Stock "in stock" "库存"
        GrossOutput "gross output" "总产值"
        ValueAdded "value added" "增加值"
        OneSidedDispatched "dispatched, by the supplier's word alone" "单方记录的发货"
        Disputed "disputed" "有争议"
        GeneratedFromByProducts "generated from by-products" "由副产物再产生"
        OneSidedAccepted "accepted, by the receiver's word alone" "单方记录的验收"
        Stated "stated" "填报值"
        FacilityUsed "used of a shared facility" "共享设施使用量"
    }
    role Role {
        LedgerKeeper "ledger keeper" "账本管理员"
        Park "park administration" "园区管理方"
        Firm "firm's desk" "企业业务台"
        Weighbridge "weighbridge" "地磅"
        Carrier "carrier" "承运方"
        Partner "partner by link" "链接确认方"
        Verifier "verifier" "核查员"
        Regulator "regulator" "监管方"
    }
    duty Role {
        LedgerKeeper
            "You run the ledger: registers and keys. You see no trade."
            "您负责账本运行：登记与密钥，看不到交易内容。"
        Park
            "You see the park's figures, contracts and deliveries."
            "您可查看园区的统计、合同与交付。"
        Firm
            "You see and record what your firm has part in."
            "您可查看并记录本企业参与的业务。"
        Weighbridge "You record weighings of your firm." "您可记录本企业的过磅。"
        Carrier "You record dispatches and receipts for a firm." "您可为企业登记发货与收货。"
        Partner "You answer what this link asks." "您可回答此链接提出的问题。"
        Verifier
            "You check the park: its figures, and the records behind them."
            "您核查园区：统计数字及其背后的记录。"
        Regulator
            "You oversee the park: its figures, and the records behind them."
            "您监管园区：统计数字及其背后的记录。"
    }
    nonconformity Nonconformity {
        ContractNotInForce
            "the contract is not concluded, or was terminated" "合同未成立或已终止"
        OutsideTerm "outside of the contract's term" "不在合同期限内"
        OverDelivery "more than the contracted quantity and its tolerance" "超过合同数量及允差"
        OutOfTolerance
            "the two weights differ by more than the contract's tolerance" "两侧重量之差超过合同允差"
        Discrepancy
            "the two weights differ by more than the regulatory threshold"
            "两侧重量之差超过监管阈值"
        NoPermit
            "the material is hazardous and the receiver has no permit for it"
            "物料属危险废物，收方无相应许可"
        PermitNotValid
            "the permit has expired, is suspended or not yet valid" "许可已过期、被暂停或尚未生效"
        OverPermitCapacity "the permit's capacity of the year is used up" "许可的年度能力已用尽"
        UnknownScale "the scale is not registered for that site" "地磅未在该场地登记"
        ScaleNotCalibrated "the scale was not calibrated on that day" "地磅当日不在检定有效期内"
        UnknownMeter "the meter is not registered for that site" "仪表未在该场地登记"
        ReadingsDisagree
            "the meter's readings give another quantity than the one stated" "仪表读数与所报数量不符"
        BelowGrade "supplied at a lower grade than contracted" "品位低于合同要求"
        HazardUndecided
            "whether the material is hazardous is undecided" "物料是否属危险废物尚未认定"
        PeriodClosed "the day lies in a period that is closed" "日期所在期间已关账"
        UnknownCode "a code that none of the loaded catalogues has" "代码不在已载入的名录中"
        NotDispatched "received before any dispatch was recorded" "收货前未登记发货"
        NoCallOff "no call-off, or another than the contract has" "缺少提货单或与合同不符"
        MeterNotCalibrated "meter not calibrated on every day of it" "计量表校准不在有效期内"
        ReadingGap "readings do not follow those before" "读数与上期不连续"
        CheckMeterDiffers "check meter differs beyond tolerance" "校核表差异超出允差"
        LateForSettlement
            "late: its window was settled, so it is settled with the next one"
            "迟到：所属结算期已结，计入下一期"
        OverReservation "more than is reserved for the firm" "超过企业预留量"
        OverCapacity "more than the facility can do in that time" "超过设施能力"
    }
    lever Lever {
        Space "space: how far exchanges are carried" "空间优化：交换运距"
        ResourceUse "resource use: own reuse and that of others" "资源利用：自行利用与企业间利用"
        Planning "symbiosis planning: wants and idle generation" "共生规划：需求与闲置产生量"
        SharedTreatment "shared treatment" "集中处理"
        Cascade "graded energy and water" "能源与水的梯级利用"
        SharedInfrastructure "shared infrastructure" "基础设施共享"
    }
    lever_figure LeverFigure {
        Exchanged "exchanged" "交换量"
        DistanceKnown "with a known distance" "运距已知的量"
        DistanceKnownPercent "share with a known distance" "运距已知的占比"
        MeanDistance "mean distance, by quantity" "按量加权平均运距"
        CoLocation "carried: candidate for co-location" "周转量：就近布局候选"
        OwnSameSite "reused where generated" "就地自行利用"
        OwnOtherSite "used at another own site" "在本企业其他场地利用"
        BetweenFirms "used by other firms" "其他企业利用"
        BetweenFirmsPercent "share of other firms" "企业间利用占比"
        Recirculated "recirculated water, each pass" "循环水量（按次）"
        Idle "idle generation" "闲置产生量"
        Unserved "unmet wants" "未满足需求"
        CouldServe "could be served" "可匹配量"
        Treated "treated in shared facilities" "共享设施处理量"
        ToTreat "to be treated" "应处理量"
        TreatedPercent "share treated" "集中处理占比"
        Delivered "delivered" "交付量"
        Used "used" "利用量"
        BelowGrade "received below the contracted grade" "低于合同品位的收货"
        FacilityUse "used of facilities" "设施使用量"
        Capacity "capacity" "设施能力"
        Available "available, less outages" "扣除停运后的可用能力"
        Reserved "reserved" "预留量"
        ReservedPercent "share reserved" "预留占比"
        FacilityUsed "used" "使用量"
        FacilityUsedPercent "share used" "使用占比"
    }
    dimension_word Dimension {
        Mass "mass" "质量"
        Volume "volume" "体积"
        NormalVolume "gas at normal state" "标态气体"
        StandardVolume "gas at standard state" "标准状态气体"
        Energy "energy" "能量"
        Pieces "pieces" "件数"
    }
    certainty Certainty {
        Found "read in the source" "据原文"
        RecalledHigh "recalled, high" "凭记忆（高）"
        RecalledMedium "recalled, medium" "凭记忆（中）"
        RecalledLow "recalled, low" "凭记忆（低）"
        Own "defined here" "自定义"
    }
    indicator_status IndicatorStatus {
        Met "met" "达到"
        NotMet "not met" "未达到"
        Reported "reported" "仅列示"
        Unknown "unknown" "未知"
        Undefined "undefined" "无定义"
        Incomplete "incomplete" "数据不全"
        Inconsistent "contradictory" "数据矛盾"
    }
    missing_why MissingWhy {
        NotStated "not stated" "未填报"
        StatedForLonger "stated for longer periods only" "仅按更长期间填报"
        NoBaseYear "no base year is set" "未设基准年"
        TooFewTerms "fewer terms are known than count" "已知项少于计入项"
    }
    undefined_why UndefinedWhy {
        ZeroDenominator "what it is divided by is nil" "分母为零"
        ZeroGrowth "the growth that it is divided by is nil" "作分母的增长率为零"
        MixedPrices "amounts in prices of different years" "不同价格年的金额不可合并"
        NoSpan "the base year is not before the period" "基准年不早于评价期间"
        NegativeGrowth "growth from or to a negative amount" "涉及负值的增长"
    }
}

/// What happened, by the type of its event.
const EVENTS: &[(&str, &str, &str)] = &[
    ("ledger_opened", "Ledger opened", "账本开立"),
    ("tail_cut", "Torn tail cut", "截去残尾"),
    ("key_rotated", "Signing key replaced", "更换签名密钥"),
    ("key_issued", "Access key issued", "签发访问密钥"),
    ("key_revoked", "Access key ended", "撤销访问密钥"),
    ("park_registered", "Park registered", "登记园区"),
    ("firm_registered", "Firm registered", "登记企业"),
    ("site_registered", "Site registered", "登记场地"),
    ("permit_registered", "Permit registered", "登记许可"),
    ("permit_suspended", "Permit suspended", "暂停许可"),
    ("permit_reinstated", "Permit reinstated", "恢复许可"),
    ("scale_registered", "Scale registered", "登记地磅"),
    ("scale_calibrated", "Scale calibrated", "地磅检定"),
    ("meter_registered", "Meter registered", "登记仪表"),
    ("catalogue_published", "Catalogue loaded", "载入名录"),
    ("material_defined", "Material described", "登记物料"),
    ("hazard_classified", "Hazard decided", "危险特性认定"),
    ("legal_status_decided", "Legal status decided", "法律属性认定"),
    ("listing_published", "Listing published", "发布供需"),
    ("listing_amended", "Listing amended", "修改供需"),
    ("listing_withdrawn", "Listing withdrawn", "撤回供需"),
    ("contract_proposed", "Contract proposed", "提出合同"),
    ("contract_confirmed", "Contract confirmed", "确认合同"),
    ("contract_concluded", "Contract concluded", "合同成立"),
    ("contract_declined", "Contract declined", "拒绝合同"),
    ("contract_terminated", "Contract terminated", "终止合同"),
    ("call_off_placed", "Call-off placed", "下达提货单"),
    ("delivery_dispatched", "Dispatched", "发货"),
    ("delivery_received", "Received", "收货"),
    ("discrepancy_raised", "Discrepancy raised", "提出差异"),
    ("discrepancy_resolved", "Discrepancy explained", "说明差异"),
    ("metered_period_recorded", "Metered period recorded", "登记计量期间"),
    ("delivery_accepted", "Accepted", "验收"),
    ("delivery_rejected", "Rejected", "拒收"),
    ("rejection_returned", "Rejected part returned", "退回拒收部分"),
    ("rejection_redirected", "Rejected part redirected", "转运拒收部分"),
    ("rejection_disposed", "Rejected part disposed of", "处置拒收部分"),
    ("delivery_used", "Used", "利用"),
    ("delivery_disposed", "Disposed of", "处置"),
    ("delivery_cancelled", "Cancelled", "取消"),
    ("return_submitted", "Return submitted", "提交申报"),
    ("generation_declared", "Generation declared", "申报产生量"),
    ("own_reuse_declared", "Reuse on site declared", "申报自行利用"),
    ("fresh_water_declared", "Fresh water declared", "申报新鲜水"),
    ("recirculation_declared", "Recirculation declared", "申报循环量"),
    ("stock_declared", "Stock declared", "申报库存"),
    ("economic_output_declared", "Economic output declared", "申报经济产出"),
    ("counterparty_recorded", "Partner recorded", "登记未注册交易方"),
    ("counterparty_claimed", "Partner joined to its firm", "认领交易方"),
    ("link_issued", "Confirmation asked by link", "发出确认链接"),
    ("link_answered", "Link answered", "链接已回复"),
    ("entry_confirmed", "Entry confirmed", "确认明细"),
    ("evidence_attached", "Document attached", "附上文件"),
    ("delivery_disputed", "Disputed", "提出争议"),
    ("settlement_proposed", "Settlement proposed", "提出了结方案"),
    ("dispute_settled", "Dispute settled", "争议了结"),
    ("dispute_withdrawn", "Dispute withdrawn", "撤回争议"),
    ("meter_calibrated", "Meter calibrated", "校准计量表"),
    ("meter_replaced", "Meter replaced", "更换计量表"),
    ("metered_adjustment_recorded", "Adjustment proposed", "提出计量调整"),
    ("metered_adjustment_confirmed", "Adjustment confirmed", "确认计量调整"),
    ("metered_adjustment_declined", "Adjustment declined", "拒绝计量调整"),
    ("network_balance_recorded", "Network loss shared", "分摊管网损失"),
    ("correction_requested", "Correction requested", "申请更正"),
    ("correction_declined", "Correction declined", "拒绝更正"),
    ("entry_reversed", "Entry reversed", "冲销明细"),
    ("entry_replaced", "Entry replaced", "更正明细"),
    ("balance_opened", "Opening balance", "期初余额"),
    ("zero_activity_declared", "Zero activity declared", "零申报"),
    ("period_closed", "Month closed", "月度关账"),
    ("park_counted", "Park's records counted", "清点园区记录"),
    ("stock_opened", "Stock account opened", "开立库存台账"),
    ("stock_generated", "Generated into stock", "产生入库"),
    ("stock_drawn", "Drawn from stock", "出库利用或处置"),
    ("stock_counted", "Stock counted", "库存盘点"),
    ("stock_adjusted", "Stock adjusted", "库存调整"),
    ("stock_lost", "Stock lost", "库存损失"),
    ("sheet_signed", "Sheet signed", "签署对账单"),
    ("window_settled", "Window settled", "结算期已结"),
    ("window_restated", "Window opened again", "重开结算期"),
    ("quantity_settled", "Settled quantity stated", "确定结算量"),
    ("invoice_recorded", "Invoice recorded", "登记发票"),
    ("payment_recorded", "Payment recorded", "登记付款"),
    ("method_published", "Method published", "发布评价方法"),
    ("method_withdrawn", "Method withdrawn", "停用评价方法"),
    ("figure_stated", "Figure stated", "填报数据"),
    ("figure_withdrawn", "Figure withdrawn", "撤回填报"),
    ("lot_formed", "Lot formed", "设立批次"),
    ("lots_blended", "Lots blended", "批次混合"),
    ("lot_split", "Lot split", "批次拆分"),
    ("lot_dissolved", "Lot dissolved", "批次解除"),
    ("factors_published", "Factors published", "发布因子"),
    ("factors_withdrawn", "Factors withdrawn", "停用因子"),
    ("baseline_declared", "Baseline declared", "申报基准去向"),
    ("distance_stated", "Distance stated", "填报运距"),
    ("facility_registered", "Facility registered", "登记共享设施"),
    ("capacity_changed", "Capacity changed", "变更设施能力"),
    ("capacity_reserved", "Capacity reserved", "预留设施能力"),
    ("reservation_confirmed", "Reservation confirmed", "确认预留"),
    ("reservation_declined", "Reservation declined", "拒绝预留"),
    ("reservation_ended", "Reservation ended", "终止预留"),
    ("facility_used", "Facility used", "登记设施使用"),
    ("facility_use_reversed", "Use of a facility reversed", "冲销设施使用"),
    ("outage_recorded", "Outage recorded", "登记停运"),
    ("outage_reversed", "Outage reversed", "冲销停运"),
    ("claim_issued", "Claim issued", "签发声明"),
    ("claim_allocation_proposed", "Shares of a claim proposed", "提议声明份额"),
    ("claim_allocated", "Shares of a claim agreed", "商定声明份额"),
    ("claim_transferred", "Claim transferred", "转让声明"),
    ("claim_retired", "Claim retired", "注销声明（最终）"),
    ("claim_voided", "Claim void", "声明作废"),
    ("mass_balance_opened", "Mass balance opened", "开立质量平衡账户"),
    ("inputs_booked", "Qualifying input booked", "登记合格投入"),
    ("output_claimed", "Output claimed", "声明产出"),
    ("mass_balance_closed", "Mass balance closed", "质量平衡结账"),
    ("roster_set", "Roster set", "设定填报名单"),
    ("reminder_sent", "Reminder sent", "催报"),
    ("programme_applied", "Programme applied for", "申请创建"),
    ("plan_filed", "Plan filed", "报送规划"),
    ("plan_approved", "Plan approved", "批准规划"),
    ("construction_decided", "Construction decided on", "创建验收"),
    ("park_named", "Park named", "授予称号"),
    ("annual_report_filed", "Annual report filed", "报送年度报告"),
    ("park_evaluated", "Park evaluated", "考核评价"),
    ("park_warned", "Park warned", "警告"),
    ("shortcoming_rectified", "Shortcoming rectified", "完成整改"),
    ("naming_revoked", "Naming revoked", "撤销称号"),
    ("appeal_filed", "Appeal filed", "提出申诉"),
    ("appeal_decided", "Appeal decided", "申诉处理"),
];

/// Steps of a computation, by their words.
const STEPS: &[(&str, &str, &str)] = &[
    ("measure", "Sum of facts", "事实合计"),
    ("item", "Stated", "填报值"),
    ("indicator", "Indicator", "指标"),
    ("constant", "Constant", "常数"),
    ("sum", "Sum", "求和"),
    ("product", "Product", "乘积"),
    ("difference", "Difference", "相减"),
    ("ratio", "Ratio", "比值"),
    ("least", "Least", "取最小"),
    ("greatest", "Greatest", "取最大"),
    ("earlier", "Earlier", "较早期间"),
    ("relative_change", "Relative change", "相对变化"),
    ("points_change", "Change in points", "百分点变化"),
    ("annual_growth", "Growth a year", "年均增长"),
    ("elasticity", "Elasticity", "弹性系数"),
    ("weighted_index", "Weighted index", "加权指数"),
    ("aspect", "Aspect", "方面"),
    ("term", "Term over its lead", "与引领值之比"),
    ("new_links", "New links", "新增链接"),
    ("count_distinct", "Different ones", "去重计数"),
    ("first_known", "The first that is known", "取首个已知值"),
];

impl Messages {
    /// A step of a computation.
    pub fn step(&self, word: &str) -> &'static str {
        let found = STEPS.iter().find(|(own, _, _)| *own == word);
        found.map_or(self.lang.of("Step", "步骤"), |(_, en, zh)| self.lang.of(en, zh))
    }

    /// What became of a table's row, or would become of it.
    pub fn row_status(&self, status: RowStatus, dry_run: bool) -> &'static str {
        match (status, dry_run) {
            (RowStatus::Ok, true) => self.lang.of("ok", "可导入"),
            (RowStatus::Ok, false) => self.lang.of("recorded", "已记录"),
            (RowStatus::AlreadyIn, _) => self.lang.of("already there", "已存在"),
            (RowStatus::Wrong, _) => self.lang.of("refused", "被拒"),
            (RowStatus::Skipped, _) => self.lang.of("a sum", "合计行"),
        }
    }

    /// A constant of a mapping that is no column.
    pub fn import_setting(&self, name: &str) -> &'static str {
        match name {
            "currency" => self.currency,
            "decimal_mark" => self.lang.of("Decimal mark", "小数点"),
            "role" => self.lang.of("Your side of the loads", "您方身份"),
            _ => self.lang.of("Time zone of its times", "时间所用时区"),
        }
    }

    /// A value of such a constant.
    pub fn import_choice(&self, value: &str) -> &'static str {
        match value {
            "sender" => self.lang.of("we send", "我方发货"),
            "receiver" => self.lang.of("we receive", "我方收货"),
            "," => self.lang.of("comma (31,2)", "逗号 (31,2)"),
            _ => self.lang.of("point (31.2)", "点 (31.2)"),
        }
    }

    /// What happened, in words.
    pub fn event(&self, kind: &str) -> &'static str {
        let found = EVENTS.iter().find(|(word, ..)| *word == kind);
        found.map_or(self.record, |(_, en, zh)| self.lang.of(*en, *zh))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Event;

    #[test]
    fn every_event_has_its_words() {
        let mut kinds: Vec<_> = Event::KINDS.iter().map(|(kind, _)| *kind).collect();
        let mut words: Vec<_> = EVENTS.iter().map(|(kind, ..)| *kind).collect();
        kinds.sort_unstable();
        words.sort_unstable();
        assert_eq!(kinds, words);
    }
}
