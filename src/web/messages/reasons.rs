//! The stable codes of refusals and faults, each with its sentence in Chinese.
//!
//! Invariant: every code that a page can meet stands here. In English the sentence is the detail
//! that comes with the code; codes themselves are the same in every language.

/// What a code means, in Chinese.
pub fn reason(code: &str) -> Option<&'static str> {
    REASONS.iter().find(|(word, _)| *word == code).map(|(_, sentence)| *sentence)
}

const REASONS: &[(&str, &str)] = &[
    ("bad_request", "请求无法读取。"),
    ("unknown_parameter", "地址中有此页不接受的参数。"),
    ("duplicate_parameter", "地址中同一参数出现两次。"),
    ("missing_parameter", "地址中缺少此页需要的参数。"),
    ("malformed_parameter", "地址中的参数无法读取。"),
    ("cursor_malformed", "分页游标无效，请从第一页重新开始。"),
    ("cursor_mismatch", "分页游标属于另一列表，请从第一页重新开始。"),
    ("idempotency_key_needed", "指令需要编号。"),
    ("actor_needed", "此密钥可代表多方，须指明代表哪一方。"),
    ("too_many_commands", "一次提交的指令过多。"),
    ("key_needed", "请先用访问密钥登录。"),
    ("key_malformed", "这不是访问密钥：访问密钥以 sym_ 开头。"),
    ("key_mistyped", "访问密钥的校验码不符：可能输错或不完整。"),
    ("key_unknown", "没有签发过这样的访问密钥。"),
    ("key_ended", "访问密钥已撤销或已过期。"),
    ("not_permitted", "此访问密钥没有这项权限。"),
    ("form_expired", "此表单不属于当前会话。请重新打开页面再提交；除本机外须经 HTTPS 访问。"),
    ("not_found", "不存在，或此密钥不可查看。"),
    ("method_not_allowed", "此地址不接受这种请求。"),
    ("not_covered", "最新检查点尚未覆盖这么多记录。"),
    ("body_too_large", "提交的内容过大。"),
    ("unsupported_media_type", "提交内容的格式不被接受。"),
    ("path_mismatch", "提交内容与地址不一致。"),
    ("internal", "账本未能应答；运营方可凭请求编号查明原因。"),
    ("not_yet", "数据尚未更新到所要求的记录，请稍后再试。"),
    ("busy", "等待处理的请求过多，请稍后再试。"),
    ("stopping", "账本正在停止；不知指令是否已记录，请稍后以同一表单再试。"),
    ("unhealthy", "数据或检查点落后过多。"),
    ("bad_check_digit", "校验位不符，可能输错。"),
    ("contradicting_hazard", "危险特性与代码相矛盾。"),
    ("duplicate_code", "代码重复。"),
    ("malformed_code", "代码的格式不对。"),
    ("malformed_day", "日期的格式应为 2025-03-01，且须存在。"),
    ("malformed_id", "编号的格式不对。"),
    ("malformed_identifier", "标识号的格式不对。"),
    ("malformed_month", "月份的格式应为 2025-03。"),
    ("malformed_number", "请填写数字，小数点用“.”，不用逗号。"),
    ("malformed_text", "请填写 1 至 500 个字符，单行，首尾无空格。"),
    ("malformed_time", "时间的格式应为 2025-03-01T16:05。"),
    ("negative", "数量不能小于零；毛重不得小于皮重。"),
    ("over_precise", "小数位数过多，超过最小计量单位。"),
    ("too_large", "数值过大。"),
    ("unknown_currency", "不认识的货币代码。"),
    ("unknown_operation", "不认识的利用或处置方式代码。"),
    ("unknown_scheme", "不认识的代码体系。"),
    ("unknown_time_zone", "不认识的时区。"),
    ("unknown_unit", "不认识的单位：请用吨（t）或公斤（kg）。"),
    ("unlike_basis", "湿基、干基等不同基准的数量不能相加。"),
    ("unlike_currency", "不同货币不能相加。"),
    ("unlike_dimension", "不同量纲的数量不能相比。"),
    ("occurred_in_future", "时间晚于账本的时钟，请检查。"),
    ("not_a_party", "贵方不是此合同或交付的当事方。"),
    ("command_id_reused", "此表单已用其他内容提交过，请重新打开页面。"),
    ("record_too_large", "内容过大，无法记录。"),
    ("already_exists", "该编号已存在。"),
    ("unknown_park", "没有这个园区。"),
    ("unknown_firm", "没有这家企业。"),
    ("unknown_site", "没有这个场地。"),
    ("unknown_permit", "没有这项许可。"),
    ("unknown_scale", "没有这台地磅。"),
    ("unknown_material", "没有这种物料。"),
    ("unknown_listing", "没有这条供需信息。"),
    ("unknown_contract", "没有这份合同。"),
    ("unknown_line", "合同没有这一行。"),
    ("unknown_call_off", "合同没有这张提货单。"),
    ("unknown_delivery", "没有这次交付。"),
    ("unknown_key", "没有这个密钥。"),
    ("identifier_taken", "该标识号已属于他方。"),
    ("term_reversed", "期限的终止日早于起始日。"),
    ("bad_multiplier", "仪表倍率不对。"),
    ("duplicate_member", "同一项出现两次。"),
    ("missing_member", "缺少必填项。"),
    ("unexpected_member", "有多余的项。"),
    ("too_many_members", "项数过多。"),
    ("amount_too_large", "数量过大。"),
    ("bad_catalogue", "名录内容有误。"),
    ("bad_hazard", "危险特性认定不适用。"),
    ("code_not_in_catalogue", "代码不在名录中。"),
    ("quantity_must_not_be_zero", "数量不能为零。"),
    ("permit_already_suspended", "许可已被暂停。"),
    ("permit_not_suspended", "许可未被暂停。"),
    ("key_revoked", "密钥已撤销。"),
    ("listing_withdrawn", "供需信息已撤回。"),
    ("same_site", "供方与收方不能是同一场地。"),
    ("lines_not_in_order", "合同行号应从 1 起连续。"),
    ("bad_tolerance", "允差不对。"),
    ("minimum_above_quantity", "最低量大于数量。"),
    ("window_needed", "周期合同须指明按月或按年。"),
    ("grade_too_low", "品位低于要求。"),
    ("already_confirmed", "贵方已确认过。"),
    ("contract_not_proposed", "合同不在待确认状态。"),
    ("contract_not_concluded", "合同尚未成立。"),
    ("contract_terminated", "合同已终止。"),
    ("not_a_framework", "不是框架合同。"),
    ("outside_term", "不在合同期限内。"),
    ("over_contract", "超过合同数量及允差。"),
    ("net_is_not_gross_less_tare", "净重不等于毛重减皮重。"),
    ("ticket_needed", "过磅须有磅单。"),
    ("ticket_not_weighed", "只有过磅才有磅单。"),
    ("ticket_taken", "该地磅的这张磅单号已用于另一次过磅。"),
    ("bad_method", "计量方式不对。"),
    ("period_reversed", "期间的终点早于起点。"),
    ("metered_period_overlaps", "该仪表的这段期间已计过。"),
    ("already_dispatched", "这次交付已登记发货。"),
    ("already_received", "这次交付已登记收货。"),
    ("other_contract", "这次交付属于另一合同或另一行。"),
    ("not_received", "尚未收货。"),
    ("already_decided", "已验收或拒收。"),
    ("delivery_cancelled", "这次交付已取消。"),
    ("reason_needed", "须说明原因。"),
    ("accepted_exceeds_received", "验收量大于收货量。"),
    ("hazard_undecided", "物料是否属危险废物尚未认定。"),
    ("no_permit", "收方没有相应许可。"),
    ("permit_not_valid", "许可已过期、被暂停或尚未生效。"),
    ("over_permit_capacity", "许可的年度能力已用尽。"),
    ("below_grade", "品位低于合同要求。"),
    ("nothing_rejected", "没有拒收的部分。"),
    ("rejection_already_ended", "拒收部分已处理。"),
    ("not_accepted", "尚未验收。"),
    ("use_exceeds_accepted", "利用量大于验收后的剩余量。"),
    ("operation_needed", "须指明利用方式（R1 至 R13）。"),
    ("not_a_recovery", "不是利用方式。"),
    ("not_a_disposal", "不是处置方式。"),
    ("no_open_discrepancy", "没有待说明的差异。"),
    ("period_closed", "该期间已关账。"),
    ("period_not_over", "该期间尚未结束。"),
    ("already_declared", "已申报过。"),
    ("nothing_declared", "没有申报任何内容。"),
    ("declared_zero_and_more", "零申报不能同时含有数量。"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::all_codes;

    #[test]
    fn every_code_but_those_of_json_has_its_sentence_once() {
        let mut own: Vec<_> = REASONS.iter().map(|(code, _)| *code).collect();
        own.sort_unstable();
        let all = all_codes();
        // Pages send forms, no JSON, and give no commands whose members a person could misname.
        let of_json = |code: &str| {
            let of_members = ["commitment_from_outside", "malformed_member"];
            code.starts_with("json_")
                || of_members.contains(&code)
                || ["unknown_command", "unknown_member"].contains(&code)
        };
        let all: Vec<_> =
            all.iter().map(|(code, ..)| *code).filter(|code| !of_json(code)).collect();
        assert_eq!(own, all);
    }
}
