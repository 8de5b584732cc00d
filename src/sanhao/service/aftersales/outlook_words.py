"""What `outlook` says of a case, by its state and for each reader: titles, who does what by when, what time alone will do.

Holes: *sum* (money), *due* (a moment), *ahead* (a sentence about the money).
"""

from __future__ import annotations

from sanhao.kit.text import Text
from sanhao.service.aftersales.case import Side

TITLES: dict[str, Text] = {
    "asked": Text(zh="等店家答复", en="Waiting for the shop's answer"),
    "stopping": Text(zh="正在拦截快递", en="The parcel is being stopped"),
    "to_send": Text(zh="同意退货，等寄回", en="Approved: to be sent back"),
    "returning": Text(zh="正在寄回", en="On its way back"),
    "replacing": Text(zh="等店家寄出换的", en="A replacement is to be sent"),
    "rejected": Text(zh="店家没有同意", en="The shop said no"),
    "disputed": Text(zh="平台介入，双方陈述", en="With the platform: both sides speak"),
    "deciding": Text(zh="平台正在裁决", en="With the platform: being decided"),
    "closed": Text(zh="已结束，没有退款", en="Closed without a refund"),
    "refunded": Text(zh="已退款", en="Refunded"),
    "exchanged": Text(zh="换货完成", en="Exchanged"),
    "withdrawn": Text(zh="已撤销", en="Withdrawn"),
    "lapsed": Text(zh="没有寄回，已失效", en="Lapsed: nothing was sent back"),
}
ENDED: dict[str, Text] = {
    "refunded": Text(zh="{sum}原路退回。", en="{sum} goes back the way it was paid."),
    "exchanged": Text(
        zh="换的已经寄出，这件事结束了。", en="The replacement is on its way; this is settled."
    ),
    "closed": Text(zh="这次没有退款。", en="There is no refund this time."),
    "withdrawn": Text(
        zh="申请已撤回；期限内还可以再申请。",
        en="The request was taken back; it may be asked again while the window is open.",
    ),
    "lapsed": Text(
        zh="七天里没有寄回；期限内还可以再申请。",
        en="Nothing was sent in time; it may be asked again while the window is open.",
    ),
}
BACK_ALREADY = Text(
    zh="这些商品的钱已经另外退了，这件事结束了。",
    en="The money for these goods went back another way; this is settled.",
)
_TO_BUYER: dict[str, Text] = {
    "asked": Text(zh="店家在{due}前答复你。", en="The shop answers by {due}."),
    "stopping": Text(
        zh="已请快递拦下包裹，{due}前有答复。",
        en="The courier was asked to stop your parcel and answers by {due}.",
    ),
    "to_send": Text(
        zh="请在{due}前寄回，填上快递单号。", en="Send it back by {due} and enter the parcel's number."
    ),
    "returning": Text(
        zh="店家收到后退款，最晚{due}。", en="The shop refunds when it has it, by {due} at the latest."
    ),
    "replacing": Text(zh="店家在{due}前把换的寄给你。", en="The shop sends the replacement by {due}."),
    "rejected": Text(
        zh="不同意的话，{due}前可以请平台来看。",
        en="If you disagree, ask the platform to look at it by {due}.",
    ),
    "disputed": Text(zh="{due}前说说你的情况，放上照片。", en="Say what happened and add photos by {due}."),
    "deciding": Text(
        zh="资料已齐，平台在{due}前作出裁决。", en="The file is complete; the platform decides by {due}."
    ),
}
_TO_SHOP: dict[str, Text] = {
    "asked": Text(zh="请在{due}前答复。", en="Answer by {due}."),
    "stopping": Text(
        zh="买家请快递拦下包裹，{due}前有结果，你不用做什么。",
        en="The courier was asked to stop the parcel; by {due} it is clear. There is nothing for you to do.",
    ),
    "to_send": Text(zh="买家在{due}前寄回。", en="The buyer sends it back by {due}."),
    "returning": Text(zh="收到后请验货，最晚{due}。", en="Check it when it arrives, by {due} at the latest."),
    "replacing": Text(zh="请在{due}前寄出换的。", en="Send the replacement by {due}."),
    "rejected": Text(zh="买家在{due}前可以请平台介入。", en="The buyer may ask the platform until {due}."),
    "disputed": Text(zh="{due}前说说你的情况，放上照片。", en="Say what happened and add photos by {due}."),
    "deciding": Text(
        zh="资料已齐，平台在{due}前作出裁决。", en="The file is complete; the platform decides by {due}."
    ),
}
_TO_PLATFORM = _TO_SHOP | {
    "asked": Text(zh="店家在{due}前答复。", en="The shop answers by {due}."),
    "stopping": Text(zh="快递在{due}前答复。", en="The courier answers by {due}."),
    "returning": Text(zh="店家在{due}前验货。", en="The shop checks it by {due}."),
    "replacing": Text(zh="店家在{due}前寄出换的。", en="The shop sends the replacement by {due}."),
    "disputed": Text(zh="双方在{due}前陈述。", en="Both sides speak by {due}."),
    "deciding": Text(zh="请在{due}前裁决。", en="Decide by {due}."),
}
CALLED_BACK: dict[str, dict[Side, Text]] = {
    "accepted": {
        "buyer": Text(
            zh="快递答应拦截，{due}前把包裹掉头；{ahead}",
            en="The courier has agreed and turns your parcel round by {due}; {ahead}",
        ),
        "shop": Text(
            zh="快递答应拦截，{due}前把包裹掉头。", en="The courier has agreed and turns it round by {due}."
        ),
        "platform": Text(
            zh="快递答应拦截，最晚{due}。", en="The courier has agreed, by {due} at the latest."
        ),
    },
    "back": {
        "buyer": Text(
            zh="包裹拦下了，正在退回店家，你不用做什么；{ahead}",
            en="Your parcel was stopped and goes back to the shop; there is nothing for you to do, and {ahead}",
        ),
        "shop": Text(
            zh="包裹拦下了，正在退回。收到后请确认，能卖的可以放回货架，最晚{due}。",
            en="The parcel was stopped and comes back to you. Confirm it when it is here, and put it on the shelf if it can be sold, by {due}.",
        ),
        "platform": Text(
            zh="包裹拦下了，店家在{due}前确认收到。",
            en="It was stopped; the shop confirms its return by {due}.",
        ),
    },
    "over": {
        "buyer": Text(
            zh="快递没有拦下包裹，已转给店家，{due}前答复你。包裹送到也可以退。",
            en="The courier did not stop your parcel. The shop was asked instead and answers by {due}; if it arrives, it can be returned.",
        ),
        "shop": Text(
            zh="快递没有拦下包裹，请在{due}前答复买家的申请。",
            en="The courier did not stop the parcel: answer the buyer's request by {due}.",
        ),
        "platform": Text(
            zh="快递没有拦下包裹，店家在{due}前答复。", en="It was not stopped; the shop answers by {due}."
        ),
    },
    "signed": {
        "buyer": Text(
            zh="包裹没拦住，已经签收，现在按退货处理：店家{due}前答复你。",
            en="Your parcel could not be stopped and was delivered, so this is a return now: the shop answers by {due}.",
        ),
        "shop": Text(
            zh="包裹没拦住，买家已签收，现在是退货申请，请在{due}前答复。",
            en="The parcel was delivered after all: this is a return now. Answer by {due}.",
        ),
        "platform": Text(
            zh="包裹已签收，改为退货，店家在{due}前答复。",
            en="It was delivered and is a return now; the shop answers by {due}.",
        ),
    },
    "sent_ahead": {
        "buyer": Text(
            zh="包裹没拦住，已经签收，而{sum}已经先退给你：请在{due}前寄回，填上快递单号。",
            en="Your parcel was delivered after all, and {sum} is with you already: send it back by {due} and enter the parcel's number.",
        ),
        "shop": Text(
            zh="包裹没拦住，买家已签收；平台先退了{sum}，没有动你的钱。买家在{due}前寄回。",
            en="The parcel was delivered after all. The platform has paid the buyer {sum} ahead; your money is untouched. The buyer sends it back by {due}.",
        ),
        "platform": Text(
            zh="包裹已签收，平台已先退{sum}；买家在{due}前寄回。",
            en="It was delivered, {sum} was paid ahead; the buyer sends it back by {due}.",
        ),
    },
}
"""What is different where a parcel was called back; *ahead* is said of the money."""
COLLECTED_AT_DOOR: dict[str, dict[Side, Text]] = {
    "asked": {
        "buyer": Text(
            zh="正在和快递约上门时间，约好了马上告诉你。你不用寄，先把东西收好。",
            en="The courier is being asked to come; you hear as soon as it says yes. There is nothing to send.",
        ),
        "shop": Text(
            zh="买家约了快递上门取件，等快递答应。",
            en="The buyer has asked for a courier to collect it, who has not said yes yet.",
        ),
        "platform": Text(zh="买家约了快递上门取件。", en="The buyer has asked for a courier to collect it."),
    },
    "booked": {
        "buyer": Text(
            zh="快递会按约好的时间上门取件，请把东西准备好。你不用寄。",
            en="A courier comes for it in the slot you chose: have it ready. There is nothing to send.",
        ),
        "shop": Text(
            zh="快递会上门取件，取到后你能看到照片。",
            en="A courier collects it at the buyer's door; you see its photo when it has.",
        ),
        "platform": Text(zh="快递会上门取件。", en="A courier collects it at the buyer's door."),
    },
    "over": {
        "buyer": Text(
            zh="这次没有取成。请在{due}前另约时间，或自己寄回。",
            en="It was not collected. By {due} choose another slot, or send it yourself.",
        ),
        "shop": Text(
            zh="快递这次没有取成，买家在{due}前另约或自己寄回。",
            en="The courier did not collect it. By {due} the buyer chooses another slot, or sends it.",
        ),
        "platform": Text(
            zh="快递没有取成，买家在{due}前另约。", en="It was not collected; the buyer has until {due}."
        ),
    },
}
"""What is different where a courier collects it."""
LABELLED: dict[str, dict[Side, Text]] = {
    "made": {
        "buyer": Text(
            zh="退货面单打好了：打印贴上，{due}前交给快递，不用填单号。",
            en="Your return label is ready: print it, stick it on and hand the parcel in by {due}. There is no number to type.",
        ),
        "shop": Text(
            zh="买家已有退货面单，{due}前交给快递。",
            en="The buyer has a label for it, and hands it to the courier by {due}.",
        ),
        "platform": Text(
            zh="买家已有退货面单，{due}前交给快递。", en="The buyer has a label, and hands it in by {due}."
        ),
    },
    "over": {
        "buyer": Text(
            zh="这次没有退货面单：请在{due}前自己选快递寄回，填上单号。",
            en="There is no label this time: send it with a courier of your choice by {due} and enter the parcel's number.",
        ),
        "shop": _TO_SHOP["to_send"],
        "platform": _TO_PLATFORM["to_send"],
    },
}
"""What is different where a courier was asked for a label."""
MONEY_AHEAD = Text(zh="{sum}已经退给你。", en="{sum} is with you already.")
MONEY_LATER = {
    "accepted": Text(zh="掉头以后马上退{sum}。", en="{sum} follows as soon as it has."),
    "back": Text(zh="{sum}马上退给你。", en="{sum} is on its way to you."),
}
AHEAD: dict[Side, Text] = {
    "buyer": Text(
        zh="{sum}已经先退给你；{due}前包裹要到店家手里并验好。",
        en="{sum} is with you already; by {due} the shop is to have the parcel and to have checked it.",
    ),
    "shop": Text(
        zh="平台已先退给买家{sum}，还没有动你的钱。收到后请验货，最晚{due}。",
        en="The platform has paid the buyer {sum} ahead; your money is untouched. Check it when it arrives, by {due}.",
    ),
    "platform": Text(
        zh="平台已先退给买家{sum}；店家在{due}前验货。",
        en="The platform has paid the buyer {sum} ahead; the shop checks it by {due}.",
    ),
}
OWED = Text(
    zh="包裹没有到或被退回，先退的{sum}需要还给平台；不同意可以申诉。",
    en="The parcel did not come, or was not accepted: the {sum} paid ahead is to be given back. You may appeal.",
)
SPOKEN = Text(
    zh="你说的已记下；等对方到{due}。", en="What you said is on file; the other side has until {due}."
)
NEXT: dict[Side, dict[str, Text]] = {"buyer": _TO_BUYER, "shop": _TO_SHOP, "platform": _TO_PLATFORM}
WILL: dict[str, Text] = {
    "approved_by_silence/refunded": Text(
        zh="不答复就算同意，{sum}自动退回。", en="Silence is a yes: {sum} goes back by itself."
    ),
    "approved_by_silence/to_send": Text(
        zh="不答复就算同意退货，收到货再退{sum}。",
        en="Silence is a yes to the return; {sum} follows when the goods are back.",
    ),
    "approved_by_silence/replacing": Text(zh="不答复就算同意换货。", en="Silence is a yes to the exchange."),
    "large_sum/deciding": Text(
        zh="金额较大：不答复就交给平台裁决。", en="It is a large sum: silence takes it to the platform."
    ),
    "not_stopped/asked": Text(
        zh="到时没有拦下，就请店家答复；包裹送到也可以退。",
        en="If it is not stopped by then, the shop is asked to answer; if it arrives, it can be returned.",
    ),
    "not_stopped/deciding": Text(
        zh="到时没有拦下，由平台裁决。", en="If it is not stopped by then, the platform decides."
    ),
    "ahead_approved/refunded": Text(
        zh="不答复就算同意，先退的{sum}由店家承担。",
        en="Silence is a yes: the {sum} paid ahead is the shop's to bear.",
    ),
    "back_by_silence/refunded": Text(
        zh="到时没有异议，{sum}由店家退。", en="Without an objection {sum} goes back by itself."
    ),
    "back_settled/refunded": Text(
        zh="到时没有异议，退给买家的{sum}由店家承担，这件事结束。",
        en="Without an objection the {sum} is the shop's to bear, and this is settled.",
    ),
    "ahead_not_sent/closed": Text(
        zh="到时没有寄回，先退的{sum}要还回来。",
        en="If nothing is sent by then, the {sum} paid ahead is to be given back.",
    ),
    "not_sent/lapsed": Text(zh="到时没寄，申请失效。", en="If nothing is sent by then, the request lapses."),
    "received_by_silence/refunded": Text(
        zh="到时没有异议，{sum}自动退回。", en="Without an objection {sum} goes back by itself."
    ),
    "received_by_silence/exchanged": Text(
        zh="到时没有异议，换货就算完成。", en="Without an objection the exchange is complete."
    ),
    "not_replaced/refunded": Text(
        zh="到时没寄出，{sum}自动退回。", en="If it is not sent by then, {sum} goes back by itself."
    ),
    "not_replaced/to_send": Text(
        zh="到时没寄出，就改为退货退款。",
        en="If it is not sent by then, this becomes a return with a refund.",
    ),
    "ahead_settled/refunded": Text(
        zh="到时没有异议，先退的{sum}由店家承担，这件事结束。",
        en="Without an objection the {sum} paid ahead is the shop's to bear, and this is settled.",
    ),
    "never_arrived/closed": Text(
        zh="到时店家还没收到，先退的{sum}要还回来。",
        en="If nothing has reached the shop by then, the {sum} paid ahead is to be given back.",
    ),
    "ahead_not_escalated/closed": Text(
        zh="到时没有人说话，就到此为止，先退的{sum}要还回来。",
        en="If nothing is said by then, it ends here and the {sum} paid ahead is to be given back.",
    ),
    "not_escalated/closed": Text(
        zh="到时没有人说话，就到此为止。", en="If nothing is said by then, it ends here."
    ),
    "round_over/deciding": Text(
        zh="到时按手上的资料裁决。", en="After that it is decided on what is on file."
    ),
    "platform_late/refunded": Text(
        zh="平台逾期没裁决，{sum}由平台出。", en="If the platform is late, {sum} goes back at its own cost."
    ),
    "platform_late/closed": Text(
        zh="平台逾期没裁决，维持店家的答复。", en="If the platform is late, the shop's answer stands."
    ),
}
DECIDED: dict[str, tuple[Text, Text]] = {
    "nothing_packed/refunded": (
        Text(zh="店家还没打包，{sum}马上退给你", en="Nothing was packed yet, so {sum} is on its way back at once"),
        Text(zh="买家在打包前申请，按规则马上退款{sum}", en="The buyer asked before anything was packed; by the rule {sum} went back at once"),
    ),
    "approved_by_silence/refunded": (
        Text(zh="店家到{due}没有答复，{sum}正在退给你", en="The shop had not answered by {due}, so {sum} is on its way back"),
        Text(zh="到{due}没有答复，按规则同意退款{sum}", en="There was no answer by {due}; by the rule {sum} went back to the buyer"),
    ),
    "approved_by_silence/to_send": (
        Text(zh="店家到{due}没有答复，退货已同意，请寄回", en="The shop had not answered by {due}, so the return is approved: send it back"),
        Text(zh="到{due}没有答复，按规则同意退货", en="There was no answer by {due}; by the rule the return is approved"),
    ),
    "approved_by_silence/replacing": (
        Text(zh="店家到{due}没有答复，换货已同意", en="The shop had not answered by {due}, so the exchange is approved"),
        Text(zh="到{due}没有答复，按规则同意换货", en="There was no answer by {due}; by the rule the exchange is approved"),
    ),
    "ahead_approved/refunded": (
        Text(zh="店家到{due}没有答复，先退给你的{sum}就此了结", en="The shop had not answered by {due}: the {sum} paid to you ahead is settled"),
        Text(zh="到{due}没有答复，平台先退的{sum}由店铺承担", en="There was no answer by {due}; the {sum} that the platform paid ahead is borne by the shop"),
    ),
    "back_by_silence/refunded": (
        Text(zh="包裹拦下以后店家到{due}没有异议，{sum}正在退给你", en="Your parcel was stopped and the shop had raised no objection by {due}, so {sum} is on its way back"),
        Text(zh="包裹已被拦下退回，到{due}没有异议，按规则退款{sum}", en="The parcel was stopped and there was no objection by {due}; by the rule {sum} went back to the buyer"),
    ),
    "back_settled/refunded": (
        Text(zh="包裹拦下以后店家到{due}没有异议，退给你的{sum}就此了结", en="Your parcel was stopped and the shop had raised no objection by {due}: the {sum} you have is settled"),
        Text(zh="包裹已被拦下退回，到{due}没有异议，平台先退的{sum}由店铺承担", en="The parcel was stopped and there was no objection by {due}; the {sum} that the platform paid ahead is borne by the shop"),
    ),
    "ahead_not_sent/closed": (
        Text(zh="包裹签收后到{due}没有寄回，先退给你的{sum}需要还回来；不同意可以申诉", en="The parcel was delivered and nothing was sent back by {due}, so the {sum} paid to you ahead is to be given back; you may appeal"),
        Text(zh="买家签收后到{due}没有寄回，没有动你的钱；先退的{sum}由平台向买家收回", en="The buyer had sent nothing back by {due}; your money is untouched, the platform asks the buyer for the {sum} it paid ahead"),
    ),
    "received_by_silence/refunded": (
        Text(zh="退回的东西到{due}没有异议，{sum}正在退给你", en="The shop had raised no objection by {due}, so {sum} is on its way back"),
        Text(zh="到{due}没有验货异议，按规则退款{sum}", en="There was no objection by {due}; by the rule {sum} went back to the buyer"),
    ),
    "ahead_settled/refunded": (
        Text(zh="退回的东西到{due}没有异议，先退给你的{sum}就此了结", en="The shop had raised no objection by {due}: the {sum} paid to you ahead is settled"),
        Text(zh="到{due}没有验货异议，平台先退的{sum}由店铺承担", en="There was no objection by {due}; the {sum} that the platform paid ahead is borne by the shop"),
    ),
    "never_arrived/closed": (
        Text(zh="到{due}店家还没有收到寄回的包裹，先退给你的{sum}需要还回来；不同意可以申诉", en="Nothing had reached the shop by {due}, so the {sum} paid to you ahead is to be given back; you may appeal"),
        Text(zh="到{due}没有包裹送到，没有动你的钱；先退的{sum}由平台向买家收回", en="Nothing had reached you by {due}; your money is untouched, the platform asks the buyer for the {sum} it paid ahead"),
    ),
    "ahead_not_escalated/closed": (
        Text(zh="店家没有接受寄回的东西，到{due}没有请平台介入，先退给你的{sum}需要还回来；不同意可以申诉", en="The shop did not accept what came and nobody asked the platform by {due}, so the {sum} paid to you ahead is to be given back; you may appeal"),
        Text(zh="到{due}买家没有请平台介入，维持你的答复；先退的{sum}由平台向买家收回", en="The buyer had not asked the platform by {due}: your answer stands, and the platform asks the buyer for the {sum} it paid ahead"),
    ),
    "received_by_silence/exchanged": (
        Text(zh="店家到{due}没有异议，换货完成", en="The shop had raised no objection by {due}: the exchange is complete"),
        Text(zh="到{due}没有验货异议，换货完成", en="There was no objection by {due}: the exchange is complete"),
    ),
    "not_replaced/refunded": (
        Text(zh="换的到{due}没有寄出，{sum}正在退给你", en="The replacement was not sent by {due}, so {sum} is on its way back"),
        Text(zh="换的到{due}没有寄出，按规则退款{sum}", en="The replacement was not sent by {due}; by the rule {sum} went back to the buyer"),
    ),
    "not_replaced/to_send": (
        Text(zh="换的到{due}没有寄出，改为退货退款，请寄回", en="The replacement was not sent by {due}: this is now a return with a refund"),
        Text(zh="换的到{due}没有寄出，改为退货退款", en="The replacement was not sent by {due}: this is now a return with a refund"),
    ),
    "platform_late/refunded": (
        Text(zh="平台到{due}没有裁决，{sum}由平台退给你", en="The platform had not decided by {due}, so it pays {sum} back itself"),
        Text(zh="平台到{due}没有裁决，{sum}由平台承担，与店铺无关", en="The platform had not decided by {due} and bears {sum} itself; it costs the shop nothing"),
    ),
    "platform_late/closed": (
        Text(zh="平台到{due}没有裁决，维持店家的答复", en="The platform had not decided by {due}; the shop's answer stands"),
        Text(zh="平台到{due}没有裁决，维持你的答复", en="The platform had not decided by {due}; your answer stands"),
    ),
}  # fmt: skip
"""What was decided by time alone, to the buyer and to the shop; what merely ended (lapsed, not escalated) writes none."""
