//! The table: a key, its English, its Chinese.

/// Declares the table.
macro_rules! messages {
    ($($key:ident $en:literal $zh:literal)+) => {
        /// All sentences and words of one language.
        pub struct Messages {
            pub lang: super::Lang,
            $(pub $key: &'static str),+
        }

        pub static EN: Messages = Messages { lang: super::Lang::En, $($key: $en),+ };
        pub static ZH: Messages = Messages { lang: super::Lang::Zh, $($key: $zh),+ };

        #[cfg(test)]
        impl Messages {
            /// Each key with its text.
            fn all(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($key), self.$key)),+]
            }
        }
    };
}

messages! {
    question "A partner asks you to confirm" "合作方请您确认"
    question_ask "Is this right?" "以上内容是否属实？"
    question_says
        "Your answer is recorded once and for ever; afterwards this link opens nothing. It can be \
         given until"
        "您的答复只记录一次，永久保存；答复后此链接即失效。答复期限："
    question_rows "Deliveries that you would confirm" "将由您确认的交付"
    question_empty "Nothing waits for your confirmation." "没有待您确认的内容。"
    question_answered "Thank you. Your answer is recorded at" "谢谢。您的答复已记录于"
    question_which "Which loads are disputed? All, if none is ticked" "对哪些车次有异议？都不勾选则为全部"
    question_wrong "If not, what is wrong?" "如不属实，请说明"
    your_name "Your name" "您的姓名"
    dispute "Dispute" "提出异议"
    confirm_it "Yes, confirm" "属实，确认"
    one_sided "one-sided" "单方记录"
    supplier_only "by the supplier's word only" "仅供方记录"
    disputed "disputed" "有争议"
    lang_tag "en" "zh-CN"
    other_lang "zh" "en"
    other_lang_tag "zh-CN" "en"
    other_lang_name "中文" "English"

    ledger "Symbiosis ledger" "产业共生账本"
    skip "Skip to content" "跳到正文"
    navigation "Pages" "页面"
    home "Home" "首页"
    weigh "Weigh" "过磅"
    deliveries "Deliveries" "交付"
    delivery "Delivery" "交付"
    contracts "Contracts" "合同"
    contract "Contract" "合同"
    figures "Figures" "统计"
    entries "Entries" "明细"
    record "Record" "记录"
    docs "API documentation" "API 文档"
    codes "All reason codes" "全部原因代码"
    demo "Demonstration: invented firms and figures" "演示数据：企业与数字均为虚构"
    more "More" "更多"
    all "All" "全部"
    show "Show" "查看"
    print "Print" "打印"
    optional "optional" "选填"

    what_it_is
        "Firms in an industrial park trade by-products: slag, ash, gypsum, bagasse, waste heat, \
         reclaimed water. Here the offer, the contract and every delivered tonne are written down \
         once, by both sides, and can never be rewritten."
        "园区企业之间交易副产物：炉渣、粉煤灰、石膏、蔗渣、余热、再生水。供需、合同和每一吨交付都由双方在这里记录一次，永不改写。"
    promise_1 "Every tonne is counted once." "每一吨只计一次。"
    promise_2 "Every figure opens down to the weighbridge ticket behind it." "每个数字都能追到背后的磅单。"
    promise_3
        "Every certificate can be checked by someone who trusts neither the firm nor the \
         operator, offline."
        "每份证书都可由既不信任企业、也不信任运营方的人离线核验。"
    for_everybody "For everybody, without a key" "公开内容（无需密钥）"
    for_programs "For programs" "供程序使用"
    first_record "The log, from its first record" "日志，从第一条记录起"
    of_records "· records in all:" "· 记录总数："
    checkpoint "Newest signed checkpoint" "最新签名检查点"
    parks "Parks of this ledger" "本账本的园区"
    health "State of the service" "服务状态"

    sign_in "Sign in" "登录"
    sign_out "Sign out" "退出"
    sign_in_says
        "With an access key, as its holder was given it: it begins with sym_."
        "请使用发给您的访问密钥登录，以 sym_ 开头。"
    access_key "Access key" "访问密钥"
    session_says
        "You stay signed in until 12 hours pass without a page, you sign out, or the ledger is \
         restarted."
        "连续 12 小时未访问、主动退出或账本重启后，需重新登录。"
    reason "Reason" "原因"
    request "Request" "请求编号"
    to_start "To the start" "返回首页"
    trouble_not_found "There is nothing here" "此处没有内容"
    trouble_forbidden "This is not allowed" "不允许的操作"
    trouble_server "The ledger could not answer" "账本暂时无法应答"
    trouble_other "That did not work" "未能完成"


    weigh_now "Record a weighing" "登记过磅"
    to_confirm "Contracts to confirm" "待确认的合同"
    to_confirm_says "The other side has confirmed; it is your turn." "对方已确认，等待您方确认。"
    to_accept "Received, not yet accepted" "已收货、待验收"
    to_accept_says
        "Accept or reject what has arrived: only what is accepted counts."
        "请验收或拒收到货：只有验收的才计入。"
    coming "Dispatched to you, not yet received" "发往您方、尚未收到"
    coming_says "Loads on their way to your site." "正在运往您方场地的货物。"
    on_their_way "Dispatched by you, not yet received" "您方已发货、对方尚未收货"
    on_their_way_says "Loads whose receipt the other side has not recorded." "对方尚未登记收货的货物。"
    nothing_waits "Nothing waits." "没有待办。"
    among_newest "Among the newest" "仅在最近"
    deliveries_looked_at "deliveries." "次交付中查找。"
    all_of_them "Show all" "查看全部"
    exchanged_in "Total exchanged by material:" "按物料统计的交换量："
    month_sheets "Month sheets" "月度交付表"
    newest_record "The newest record of the log" "日志的最新记录"

    day "Day" "日期"
    state "State" "状态"
    material "Material" "物料"
    supplier "Supplier" "供方"
    receiver "Receiver" "收方"
    supplier_receiver "Supplier → receiver" "供方 → 收方"
    dispatched "Dispatched" "发货量"
    received "Received" "收货量"
    accepted "Accepted" "验收量"
    used "Used" "利用量"
    left "Accepted, not yet used" "已验收未利用"
    rejected "Rejected" "拒收量"
    rejected_returned "returned" "已退回"
    rejected_redirected "redirected" "已转运"
    rejected_disposed "disposed of" "已处置"
    rejected_of "Rejected part of" "拒收自"
    difference "Difference" "差值"
    of_dispatched "of what was dispatched" "（占发货量）"
    quantity "Quantity" "数量"
    method "Method" "计量方式"
    net "Net" "净重"
    gross "Gross" "毛重"
    tare "Tare" "皮重"
    unit "Unit" "单位"
    unit_tonne "t (TNE)" "吨 t (TNE)"
    unit_kilogram "kg (KGM)" "公斤 kg (KGM)"
    ticket "Ticket" "磅单号"
    scale "Scale" "地磅"
    plate "Plate" "车牌"
    driver "Driver" "司机"
    confidential "confidential, for the parties" "保密，仅双方可见"
    notes "notes" "项不符"
    none_found "Nothing to show." "没有可显示的内容。"
    newest "← Newest" "← 最新"
    older "Older →" "更早 →"
    newest_first "Newest first." "最新的在前。"
    as_of "As of the first" "截至前"
    as_of_end " records of the log." " 条记录。"
    metered_period "Metered period" "计量期间"
    nonconformities "What does not conform" "不符合项"
    nonconformities_say
        "It is recorded all the same. What a rule stops is acceptance, use and claim."
        "事实照常记录；受规则限制的是验收、利用和申领。"
    discrepancy_due
        "The two weights differ by more than the regulatory threshold: to be explained by"
        "两侧重量之差超过监管阈值，须在此日前说明："
    discrepancy_resolved
        "The two weights differed by more than the regulatory threshold; this was explained."
        "两侧重量之差曾超过监管阈值，已作说明。"
    weights "Weights of both sides" "双方重量"
    time_line "Time line" "时间线"
    agreed "Agreed" "已约定"
    line "line" "行"
    accept_says
        "Only what is accepted counts as exchanged. What is rejected goes back, on to another \
         receiver, or is disposed of."
        "只有验收的才计为交换。拒收的部分退回、转运或处置。"
    accept_all "Accept all of it" "全部验收"
    accept_part "Accept a part, or reject" "部分验收或拒收"
    accept_this_part "Accept this part" "验收此部分"
    reject_all "Reject all of it" "全部拒收"
    full_stop "." "。"
    times_of "Times are those of" "时间按时区"
    step_dispatched "Dispatched" "发货"
    step_received "Received" "收货"
    step_not_shown "A further step, whose record this key may not see" "后续步骤（此密钥不可查看其记录）"

    term "Term" "期限"
    your_turn "Your turn" "待您方处理"
    your_turn_says "With your confirmation the contract is concluded." "您方确认后，合同即成立。"
    confirm "Confirm the contract" "确认合同"
    decline "Decline" "拒绝"
    confirmations "Confirmations" "双方确认"
    confirmed "confirmed" "已确认"
    not_confirmed "not confirmed" "未确认"
    proposed_it "proposed it" "提出方"
    proposal_is "Proposed by record" "提出记录："
    changed_last "changed last by record" "最近变更记录："
    last_day "in force until" "有效至"
    recorded_at "Recorded, as record" "已记录，记录号"
    tolerance "Tolerance" "允差"
    at_most "at most" "上限"
    minimum "Minimum" "最低量"
    price "Price" "价格"
    fate "Without this exchange" "若无此交换"
    price_base "Base price" "基础价"
    price_above "above" "高于"
    price_below "below" "低于"
    price_each "for each" "每"
    price_whole_steps "whole steps only" "不足一档不计"
    price_begun_steps "a step begun is a whole one" "不足一档按一档计"
    price_proportional "in proportion" "按比例计"
    price_beyond "nothing is due beyond" "超过以下值不付款："
    price_is_beyond "beyond its limit, nothing is due" "超限，不付款"
    price_index "Moves with" "随指数浮动："
    price_index_base "base" "基期值"
    price_shortfall "Less than the minimum is paid at" "低于最低量的差额按以下比例付款："
    price_half_away "Totals are rounded half up to the coin" "合计四舍五入到分币"
    price_half_even "Totals are rounded half to even" "合计按四舍六入五成双取整"
    price_due "Amount due" "应付金额"
    price_due_says
        "Computed from the sheet and the contract's prices, for the parties only. Nothing is \
         recorded by it; only the totals are rounded."
        "按对账单与合同价格计算，仅双方可见；计算本身不作记录，只有合计取整。"
    price_assays
        "Values of single deliveries, one a line: delivery, property, value"
        "单车化验值，每行一条：运单 指标 数值"
    price_compute "Compute" "计算"
    price_changes "Adjustments and index" "调整与指数"
    price_total "Total" "合计"
    price_missing "Missing to the minimum" "低于最低量"
    price_undecided "Not in it: deliveries neither accepted nor rejected yet:" "未计入：尚未验收的交付数："
    price_unpriced "Not in it: lines without a price:" "未计入：没有价格的行："
    price_asks "The price depends on assays or an index: state them" "价格取决于化验值或指数，请填写"
    price_proposes "By the contract's prices:" "按合同价格："
    price_details "How it is computed" "计算过程"
    balance "Balance of each window" "各周期余额"
    window_from "From" "起始日"
    accepted_share "Accepted of agreed" "验收占约定"
    flags "Notes" "提示"
    below_minimum "below the minimum" "低于最低量"
    above_limit "above quantity and tolerance" "超过数量与允差"
    nothing_delivered "Nothing was delivered." "没有交付。"
    newest_deliveries "Newest deliveries" "最近交付"

    month_sheet "Month sheet" "月度交付表"
    month_says
        "Computed from the present state of the ledger. A delivery stands in \
         the month of its receipt, or of its dispatch while it has not arrived; cancelled ones \
         are left out."
        "由账本当前状态计算。交付按收货日所在月列示；未到货的按发货日；已取消的不列。"
    supplier_ticket "Supplier's ticket" "供方磅单"
    receiver_ticket "Receiver's ticket" "收方磅单"
    loads "deliveries" "次交付"
    sum "Sum" "合计"
    difference_says
        "Difference: received less dispatched, of deliveries that both sides have weighed; % of \
         what was dispatched."
        "差值 = 收货量 − 发货量，仅计双方均已计量的交付；% 为占发货量比例。"

    proven "Proven: this record stands in the log" "已证明：该记录在日志中"
    proven_says_1 "The HASH of record" "经签名检查点核验：记录"
    proven_says_2 "was found among the" "的 HASH 位于检查点所覆盖的"
    proven_says_3 "records that the newest signed checkpoint covers, by a path of" "条记录之中，验证路径含"
    proven_says_4 "hashes that leads to its root." "个哈希，结果与其根一致。"
    path "Path and root" "路径与根"
    root_hash "Root" "根"
    proof_for_programs "the proof, for programs" "证明（供程序使用）"
    not_proven_yet "Not under a checkpoint yet" "尚未被检查点覆盖"
    not_proven_says
        "A checkpoint is signed within a second of a record. Open the page again."
        "记录写入后一秒内会签发检查点。请重新打开本页。"
    read_at "Checked" "核验时间"
    hash_says
        "BLAKE3(0x00 || HEAD): the leaf of the tree. Anyone may see it."
        "BLAKE3(0x00 || HEAD)：即 Merkle 树的叶。任何人可见。"
    kind "Type" "类型"
    recorded "Recorded" "记录时间"
    place_in_park "Place among the records of" "在该园区记录中的序号："
    not_shown
        "They are for the parties of this record, and for verifiers and regulators of its park. \
         HASH and proof are for everybody."
        "仅记录双方及其园区的核查员、监管方可见。HASH 与证明对所有人公开。"
    body_not_shown
        "BODY is for the parties of this record. HEAD holds its hash."
        "BODY 仅当事方可见；HEAD 中有其哈希。"
    body_says
        "HEAD and BODY are shown as they are stored; both hashes were recomputed for this page."
        "HEAD 与 BODY 按存储原样显示；本页已重新计算两者的哈希。"
    actor "Actor" "行为方"
    occurred "Occurred" "发生时间"
    stream "About" "对象"

    from "From" "从"
    to "to" "至"
    months_of "months of the time zone" "月份按时区"
    gap "Gap" "差额"
    unreconciled "Unreconciled" "未对平"
    measured_share "Weighed or metered" "实测占比"
    acceptances "Acceptances" "验收次数"
    figures_say
        "Accepted: confirmed receipt, by the day of receipt. Used: strict evidence (R1 to R11, or \
         as a utility or product). Gap: accepted less used. Each figure opens to the entries that \
         it is the sum of."
        "验收量：以收货日计的确认收货。利用量：严格证据（R1 至 R11，或作为公用工程、产品使用）。差额：验收量减利用量。点击数字可查看构成它的明细。"
    all_measures "accepted, used, unreconciled" "验收、利用、未对平"
    all_materials "all materials" "全部物料"
    entries_in_all "entries in all." "条明细。"
    measure_name "Measure" "度量"
    firm "Firm" "企业"
    other_side "Other side" "对方"
    more_entries "More entries →" "更多明细 →"
    entries_say "Entries of one measure add up to the figure." "同一度量的明细之和即为该数字。"

    weigh_coming "On their way to you" "正在运来"
    weigh_out "Dispatch" "发货过磅"
    weigh_in "Receive" "收货过磅"
    weigh_in_unannounced "Receive without a recorded dispatch" "收货（对方未登记发货）"
    unannounced_says
        "A truck that arrived is always taken; that its dispatch was not recorded is noted."
        "到货总是记录；未登记发货会被注明。"
    nothing_to_weigh "There is no contract that this key may weigh for." "此密钥没有可过磅的合同。"
    outside_term "outside of its term" "不在期限内"
    call_off "Call-off" "提货单"
    weighed_when "Weighed at" "过磅时间"
    record_it "Record the weighing" "提交过磅记录"
    record_it_says "Pressing twice records once." "重复提交只记录一次。"
    weigh_other "Weigh something else" "过磅其他货物"
    weigh_next "Next weighing" "下一车"
    weighed "Recorded" "已记录"
    sheet "Reconciliation sheet" "对账单"
    sheet_says
        "Drawn up from the present state of the ledger: the deliveries that are booked in this \
         window. Cancelled ones are left out."
        "按账本当前状态编制：本结算期内登记的交付，已取消的不计。"
    windows_end_on "Windows end on day" "结算期截止日"
    settled_amount "Settled" "结算量"
    rejected_amount "Rejected" "拒收量"
    late "late" "迟到"
    booked_on "booked on" "入账日"
    beyond_tolerance "beyond the tolerance" "超允差"
    signatures "Signatures" "签署"
    signed_by_nobody "Nobody has signed." "尚无人签署。"
    signed_at "signed, record" "已签署，记录"
    signed_stale "The numbers have changed since." "此后数字已变更。"
    signed_earlier "Before the window was opened again" "重开之前的签署"
    restated_at "Opened again, record" "重开，记录"
    window_is_settled "Settled by record" "已结，记录"
    window_is_open "This window is not settled." "本结算期未结。"
    sign_it "Sign this sheet" "签署对账单"
    sign_says
        "Your signature stands for exactly the numbers on this page. When both sides have signed \
         the same ones, the window is settled."
        "签署即认可本页所示数字。双方签署的数字一致时，本结算期即告结清。"
    signature_line "Signature, stamp and date" "签字、盖章及日期"
    invoices "Invoices" "发票"
    conforms "It conforms to every rule that the ledger checks." "符合账本检查的全部规则。"

    reports "Reports" "报表"
    reports_of "Solid waste and tax worksheet:" "固体废物台账与环境保护税底稿："
    report_period "Period" "期间"
    report_waste "Ledger of general industrial solid waste" "一般工业固体废物管理台账"
    report_layout
        "After announcement No. 82 of 2021; layout not checked against the official form."
        "参照生态环境部公告2021年第82号；版式未与官方表样核对。"
    report_waste_says
        "Built from stock accounts, deliveries and returns. A month's generation is that of its \
         return or, without one, of the account; its stock is the account's or, without one, that \
         of the return."
        "由库存台账、交付和申报汇总。产生量以当月申报为准，没有申报的取自库存台账；贮存量以库存台账为准，没有台账的取自申报。"
    report_by_month "By month" "按月"
    report_by_year "By year" "按年"
    report_flows "Where it went" "流向"
    report_generated "Generated" "产生量"
    report_accepted "Taken over" "接收量"
    report_flow_out "Left" "转出量"
    report_passed_on "Accepted by receivers" "收方验收量"
    report_used "Used here" "利用量"
    report_used_interim "Into R12, R13" "中间利用量（R12、R13）"
    report_disposed "Disposed of" "处置量"
    report_stored "Stored at the end" "期末贮存量"
    report_left_out
        "Not in it, because hazardous or not decided:"
        "未列入（属危险废物或尚未认定）："
    report_tax "Worksheet of the environmental protection tax" "环境保护税（固体废物）计算底稿"
    report_tax_says
        "Taxable is what was generated, less used here, accepted by receivers, added to the own \
         stock and disposed of. What is not declared is not deducted. Whether a use, a storage or \
         a disposal complies is for the firm to show; rates are not included. A negative number \
         is earlier stock."
        "应税量 = 产生量 − 自行利用量 − 收方验收量 − 库存增加量 − 处置量。未申报的不扣除。利用、贮存、处置是否合规由企业举证；不含税率。负数表示动用了以前的库存。"
    report_own_used "Used here (own)" "自行利用量"
    report_grown "Added to stock" "库存增加量"
    report_taxable "Taxable" "应税量"
    report_not_declared "not declared" "未申报"
    report_nothing "Nothing was declared or recorded." "没有申报或记录。"
    report_signs
        "* means that a part is not declared and is not in the number. Small numbers name the \
         records. Nothing is rounded."
        "* 表示其中一部分未申报，未计入。小号数字为记录编号。数字未经舍入。"
    corrections "Corrections" "更正"
    corrections_waiting "Corrections that wait for an answer" "待答复的更正"
    corrections_say
        "An entry is never changed: a correction reverses and replaces it, once the other side \
         approves."
        "明细从不改动：更正经对方同意后，冲销原明细并以新明细代替。"
    correction_entry "Entry" "明细"
    correction_was "Was" "原值"
    correction_is "New" "新值"
    asked_by "Asked by" "申请方"
    answered_by "Answered by" "答复方"
    correction_answer_says
        "The other side asks to correct what it has recorded. If you approve, its entry is \
         reversed and replaced."
        "对方申请更正其记录。您方同意后，原明细将冲销并更正。"
    correction_approve "Approve the correction" "同意更正"
    correction_decline "Decline it" "不同意"
    correction_waits_says "Your correction waits for the other side." "您方的更正正待对方答复。"
    correction_take_back "Take it back" "撤回"
    correct_entry "Correct your entry" "更正己方明细"
    correct_says
        "Write what is right, each with its unit. It counts once the other side approves, or at \
         once if that side has not recorded anything."
        "请填写正确的数值及单位。经对方同意后生效；对方尚无记录的，立即生效。"
    correct_ask "Ask for the correction" "申请更正"
    disputes "Disputes" "争议"
    disputes_open "Open disputes" "未了结的争议"
    dispute_of "Dispute" "争议"
    dispute_is_open "open" "未了结"
    dispute_raised "Raised by" "提出方"
    dispute_proposed "Proposed settlement" "了结方案"
    dispute_holds
        "While a dispute is open nothing of the delivery is accepted, used or disposed of."
        "争议未了结期间，该交付不得验收、利用或处置。"
    dispute_agree "Agree with this" "同意此方案"
    dispute_settlement "How it is settled" "了结方案"
    dispute_propose "Propose" "提出"
    dispute_withdraw "Take the dispute back" "撤回争议"
    dispute_raise "Dispute this delivery" "对此交付提出争议"
    dispute_raise_says
        "Say what is wrong. The dispute ends when both sides agree by the same words, or when \
         you take it back."
        "请说明问题。双方以同一方案达成一致，或由您方撤回，争议即告了结。"
    no_invoice "No invoice was recorded." "尚未登记发票。"
    invoices_say
        "An invoice is recorded by the side that is paid, a payment by either side. Amounts are \
         confidential: the log has a commitment only."
        "发票由收款方登记，付款任一方均可登记。金额保密，日志中只有承诺值。"
    invoice_number "Number" "号码"
    amount "Amount" "金额"
    currency "Currency" "币种"
    issued_by "Issued by" "开具方"
    payments "Payments" "付款"
    payment_day "Day of payment" "付款日期"
    import_separator "separator" "分隔符"
    sealed "sealed" "已封存"
    invoice_record "Record an invoice" "登记发票"
    credit_record "Record a credit note" "登记红字发票"
    credit_of "Takes back invoice" "对应发票"
    credit_number "Number of the credit note" "红字发票号码"
    payment_record "Record a payment" "登记付款"
    partners "Partners" "交易方"
    partner "Partner" "交易方"
    partners_say
        "Partners who have no account here. What you record of them stands by your word alone \
         until they confirm it by a link."
        "在本账本没有账户的交易方。您方关于他们的记录在其通过链接确认之前，仅为单方记录。"
    partners_recorded "Recorded by you" "您方登记的"
    partner_claimed "is registered as" "已注册为"
    partner_unclaimed "no account" "无账户"
    partner_record "Record a partner" "登记交易方"
    partner_park "Where its site lies" "场地所在园区"
    partner_site "Name of its site" "场地名称"
    partner_short "Short id" "简码"
    partner_short_says "Latin letters and digits, for tables" "字母与数字，供表格使用"
    partner_recycler "Recycling is its main business" "以资源回收利用为主业"
    name "Name" "名称"
    id "Id" "编号"
    uscc "Registry number (USCC)" "统一社会信用代码"
    uscc_says "by it the partner is found again when it registers" "日后注册时据此认领"
    recorded_by "Recorded by" "登记方"
    links "One-time links" "一次性链接"
    link_label "For whom" "发给谁"
    link_label_says "for you to find it again" "便于日后查找"
    link_about "About" "内容"
    link_expires "Opens until" "有效至"
    link_expires_says "at most 90 days ahead" "最长 90 天"
    link_issue "Ask by a link" "以链接请对方确认"
    link_says
        "Ask about a contract, about all deliveries of one of its months, or about one \
         delivery. Whoever opens the link can answer once."
        "可询问一份合同、合同某月的全部交付，或一次交付。打开链接者可答复一次。"
    link_month "Month" "月份"
    link_month_says "asks about the deliveries of that month" "询问该月的交付"
    link_delivery "One delivery instead" "或仅一次交付"
    link_delivery_says "its id" "填写交付编号"
    link_issued "The link, shown this once" "链接（仅此一次显示）"
    link_issued_says
        "Copy it and send it to the partner. The ledger keeps no copy of it."
        "请复制并发送给对方。账本不保存此链接。"
    link_confirmed "confirmed" "已确认"
    link_disputed "disputed" "有异议"
    link_ended "ended" "已终止"
    link_expired "expired" "已过期"
    link_open "open" "待答复"
    ask_partner "Ask the partner by a link" "以链接请对方确认"
    partner_answers "Answers of partners" "交易方的答复"
    claims "Claim partners" "认领交易方"
    claims_say
        "A partner that a firm has recorded is joined to the registered firm that it is, by its \
         registry number or by a document."
        "企业登记的交易方，凭统一社会信用代码或证明文件，并入其已注册的企业。"
    claim_it "Join the two" "并入"
    claim_same "same number as" "号码相同："
    claim_counterparty "Recorded partner" "登记的交易方"
    claim_firm "Registered firm" "已注册企业"
    claim_hash "BLAKE3 hash of the document" "文件的 BLAKE3 哈希"
    claim_hash_says "needed where no registry number was recorded" "未登记信用代码时必填"
    claim_title "What the document is" "文件说明"
    import "Import a table" "导入表格"
    import_short "Import" "导入"
    import_says
        "Tickets, meter readings or contracts, as your software writes them. First you see what \
         would become of each row; nothing is recorded until you say so."
        "磅单、抄表或合同，按贵方软件导出的原样。先预览每一行的结果；确认之前不作任何记录。"
    import_kind "What the rows are" "表格内容"
    import_file "File" "文件"
    import_sheet "Sheet of the workbook, if not the first" "工作表（默认第一张）"
    import_mapping "Saved mapping" "已保存的列对应"
    import_mapping_says "as this page gave it for an earlier table" "先前由本页面下载的文件"
    import_look "Look at it" "预览"
    import_look_says
        "The file is held in memory for two hours and written nowhere."
        "文件仅在内存中保留两小时，不写入任何地方。"
    import_templates "Empty tables to fill in" "空白模板"
    import_preview "What would become of it" "预览结果"
    import_done "Imported" "已导入"
    import_rows_in "Recorded now:" "本次记录："
    import_rows_would "Would be recorded:" "将记录："
    import_already "there already:" "已存在："
    import_refused "refused:" "被拒："
    import_skipped "sums left out:" "跳过合计行："
    import_noted "with notes:" "有不符合项："
    import_unused "Columns that are not used:" "未使用的列："
    import_run "Record these rows" "确认导入"
    import_run_says
        "Refused rows stay out; correct them and import the file again: what is in already \
         changes nothing."
        "被拒的行不导入；改正后可重新导入整个文件，已存在的行不受影响。"
    import_next "Import another table" "导入另一份表格"
    import_columns "How the columns are read" "列对应关系"
    import_columns_say
        "Choose for each column the header that it is taken from, or one value for all rows."
        "为每一项选择对应的表头，或填写适用于所有行的固定值。"
    import_save "Save the mapping as a file" "下载列对应关系"
    import_column "Column" "项目"
    import_header "Header in the table" "表头"
    import_constant "For all rows" "固定值"
    import_needed "needed" "必填"
    import_remap "Look again with this mapping" "按此重新预览"
    import_rows "Rows" "逐行结果"
    import_row "Row" "行"
    import_why "Why, and what does not conform" "原因及不符合项"
    import_show_all "Show all rows" "显示全部行"
    import_show_wrong "Show refused rows only" "只显示被拒的行"
    import_before "← Earlier rows" "← 前面的行"
    import_after "Later rows →" "后面的行 →"
    programme "Indicators" "指标"
    programme_number "No." "序号"
    programme_indicator "Indicator" "指标名称"
    programme_value "Value" "数值"
    programme_unit "Unit" "单位"
    programme_bound "Required" "要求"
    programme_status "Status" "结论"
    programme_measured "Weighed or metered" "实测部分"
    programme_place "Mandatory or group" "必选或选择组"
    programme_mandatory "mandatory" "必选"
    programme_source "Certainty of the text" "文本可信度"
    programme_base "Base year" "基准年"
    programme_method "Method" "评价方法"
    programme_passes "The park passes." "园区达标。"
    programme_fails "The park does not pass." "园区未达标。"
    programme_open "It depends on what is not stated." "是否达标取决于尚未填报的数据。"
    programme_missing "not stated: " "未填报："
    programme_says
        "Computed exactly from the ledger's facts and rounded in print alone. What was not stated \
         is unknown and never nil; what is unknown is neither met nor missed."
        "由账本事实精确计算，仅在显示时舍入。未填报的为未知，不作零处理；未知的既不算达标也不算不达标。"
    programme_records "From the records below" "依据记录编号小于"
    programme_none "No method is published yet." "尚未发布评价方法。"
    programme_steps "How it was computed" "计算过程"
    programme_step "Step" "步骤"
    programme_sums "The sums that it rests on, and their facts" "所依据的合计及其事实"
    programme_spans "spans have a figure" "个期间有数据"
    programme_first "Shown are the first" "仅显示前若干条："
    programme_not_stated "not stated" "未填报"
    levers "Six levers" "六项抓手"
    number_relative "relative change" "相对变化"
    number_points "percentage points" "百分点"
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Chinese texts that need no Chinese letter, or English ones that need one.
    const ALIKE: &[&str] =
        &["full_stop", "lang_tag", "other_lang", "other_lang_tag", "other_lang_name"];

    #[test]
    fn both_languages_have_the_same_keys_and_each_its_own_letters() {
        let (en, zh) = (EN.all(), ZH.all());
        let keys = |all: &[(&'static str, _)]| all.iter().map(|(key, _)| *key).collect::<Vec<_>>();
        assert_eq!(keys(&en), keys(&zh));
        let han = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        for ((key, en), (_, zh)) in en.into_iter().zip(zh) {
            assert!(!en.is_empty() && !zh.is_empty(), "{key}");
            if !ALIKE.contains(&key) {
                assert!(han(zh), "{key} is not Chinese: {zh}");
                assert!(!han(en), "{key} is not English: {en}");
            }
        }
    }
}
