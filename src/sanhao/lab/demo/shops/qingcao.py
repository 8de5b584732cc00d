"""青草羊绒: cashmere from one pasture, and a founder who can name the goats."""

from sanhao.kit.text import Text
from sanhao.lab.demo.shapes import (
    Coupon,
    Drawing,
    FreightZone,
    Listing,
    Service,
    Shop,
    Variant,
    Warehouse,
    yuan,
)

LISTINGS = (
    Listing(
        slug="urna-cashmere-sweater",
        category="knitwear",
        title=Text(zh="乌日娜牧场圆领羊绒衫", en="Crew-neck cashmere sweater from Urna's pasture"),
        text=Text(
            zh="绒来自鄂托克旗乌日娜家的四百一十只阿尔巴斯山羊，五月用铁梳子一只一只梳下来，不剪、不染白。一件用三只羊一年的细绒，纤维平均15.2微米，比羊毛细一半，贴身不扎。冷水轻揉，平铺晾干，穿十年没有问题；袖口磨薄了寄回来，我们补。",
            en="The down comes from Urna's 410 Arbas goats in Otog Banner, combed by hand every May, never shorn, never bleached. "
            "One sweater takes a year of down from three goats; at 15.2 microns it is half as thick as wool and does not itch. "
            "Wash it cold, dry it flat, wear it ten years. Cuffs worn thin? Send it back, we mend it.",
        ),
        drawing=Drawing(
            "cashmere-sweater",
            "An oat-coloured crew-neck sweater with slightly too long sleeves on a wooden hanger, one blade of grass caught in the cuff",
            ("#D9C7A7", "#B59B73", "#7E8F5A"),
        ),
        variants=(
            Variant(Text(zh="燕麦本色 S", en="Undyed oat, S"), "QC-SW-OAT-S", yuan("880"), 290, 24),
            Variant(Text(zh="燕麦本色 M", en="Undyed oat, M"), "QC-SW-OAT-M", yuan("880"), 310, 36),
            Variant(Text(zh="燕麦本色 L", en="Undyed oat, L"), "QC-SW-OAT-L", yuan("880"), 330, 18),
            Variant(Text(zh="山羊褐 M", en="Goat brown, M"), "QC-SW-BRN-M", yuan("880"), 310, 12),
            Variant(Text(zh="夜草绿 M", en="Night-grass green, M"), "QC-SW-GRN-M", yuan("920"), 310, 9),
        ),
    ),
    Listing(
        slug="wind-scarf",
        category="knitwear",
        title=Text(zh="挡风羊绒围巾", en="Windbreak cashmere scarf"),
        text=Text(
            zh="两米长，能绕两圈再塞进大衣里，草原上的人就是这么戴的。双股纱，织得密，风钻不进来；重一百八十克，和一个苹果差不多。",
            en="Two metres long: twice around and into the coat, as people wear it on the steppe. Two-ply and tightly woven, so the wind stays outside. "
            "It weighs 180 grams, about one apple.",
        ),
        drawing=Drawing(
            "cashmere-scarf",
            "A long brick-red scarf blown sideways by wind around an empty coat stand, fringe flying",
            ("#B5533C", "#E2B59F", "#5B4A3F"),
        ),
        variants=(
            Variant(Text(zh="砖红", en="Brick red"), "QC-SC-RED", yuan("398"), 180, 40),
            Variant(Text(zh="羊背灰", en="Goat-back grey"), "QC-SC-GRY", yuan("398"), 180, 55),
        ),
    ),
    Listing(
        slug="first-combing-shawl",
        category="knitwear",
        title=Text(zh="今春头茬绒披肩（预售）", en="First-combing shawl of this spring (presale)"),
        text=Text(
            zh="山羊还没开始梳绒，所以现在买不到现货。绒梳下来、分拣、纺好、织好，大约四十五天后寄出，页面上写的日期就是我们的承诺。头茬绒最细，一年只够织一百二十条。",
            en="The goats have not been combed yet, so there is nothing on the shelf. Combing, sorting, spinning and weaving take about 45 days; "
            "the date on this page is our promise. The first combing is the finest, enough for 120 shawls a year.",
        ),
        drawing=Drawing(
            "cashmere-shawl",
            "A goat seen from the side whose back fleece turns into a cream shawl still on the loom, iron comb beside it",
            ("#EFE6D2", "#C9B48C", "#6F7F4F"),
        ),
        variants=(
            Variant(Text(zh="奶白", en="Cream"), "QC-SH-CRM", yuan("1280"), 260, 120, per_person_limit=2),
        ),
        ships_after_days=45,
    ),
    Listing(
        slug="made-to-measure-cardigan",
        category="knitwear",
        title=Text(zh="量身定织羊绒开衫", en="Cashmere cardigan knitted to your measure"),
        text=Text(
            zh="您告诉我们胸围、臂长和喜欢的扣子，萨仁阿姨用手摇横机织九天。领口内侧绣您的名字或一个字。因为只合您一个人的身，不能退换，下单前我们会打电话核对尺寸。",
            en="Tell us chest, arm length and which buttons you like; aunt Saren knits it on a hand-cranked frame in nine days and stitches your name, or one word, "
            "inside the collar. It fits only you, so it cannot be returned. We call to check the measures before we start.",
        ),
        drawing=Drawing(
            "custom-cardigan",
            "A half-knitted moss-green cardigan on a dress form with a tape measure and five odd buttons",
            ("#6E7F5B", "#A9B48F", "#C8361F"),
        ),
        variants=(
            Variant(
                Text(zh="定织一件", en="One, made for you"),
                "QC-CD-CUSTOM",
                yuan("1680"),
                420,
                15,
                per_person_limit=1,
            ),
        ),
        special="custom",
    ),
    Listing(
        slug="lamb-hat",
        category="knitwear",
        title=Text(zh="小羊帽（6–24个月）", en="Little goat hat (6 to 24 months)"),
        text=Text(
            zh="给宝宝的第一顶帽子：两只软软的羊耳朵，帽边翻两道，长大一点放下一道。没有标签，没有扣子，没有能吞下去的东西。",
            en="A first hat: two soft goat ears, and a brim folded twice that you let down as the head grows. No label, no button, nothing to swallow.",
        ),
        drawing=Drawing(
            "goat-hat",
            "A round cream baby hat with two floppy goat ears, one ear up and one down, on a wooden egg",
            ("#F0E3CC", "#D3B88E", "#E6A79B"),
        ),
        variants=(
            Variant(Text(zh="奶白", en="Cream"), "QC-HT-CRM", yuan("168"), 60, 48),
            Variant(Text(zh="浅褐", en="Light brown"), "QC-HT-BRN", yuan("168"), 60, 30),
        ),
    ),
    Listing(
        slug="stove-socks",
        category="knitwear",
        title=Text(zh="炉边羊绒袜（三双）", en="Stove-side cashmere socks (three pairs)"),
        text=Text(
            zh="纺披肩剩下的短绒，混了三成棉，结实得可以不穿鞋在屋里走。三双三个颜色，丢一只也能凑成一双。",
            en="Spun from the short down that is left of the shawls with three parts cotton, tough enough to walk the house without shoes. "
            "Three pairs in three colours: lose one and the rest still make pairs.",
        ),
        drawing=Drawing(
            "cashmere-socks",
            "Five socks on a line above a small iron stove, the sixth has run away and peeks out of the coal bucket",
            ("#8C6A56", "#C9A227", "#33518C"),
        ),
        variants=(
            Variant(Text(zh="36–39码", en="EU 36–39"), "QC-SK-S", yuan("98"), 210, 80),
            Variant(Text(zh="40–44码", en="EU 40–44"), "QC-SK-L", yuan("98"), 240, 64),
        ),
    ),
)

SHOP = Shop(
    slug="qingcao",
    name=Text(zh="青草羊绒", en="Qingcao Cashmere"),
    story=Text(
        zh="一件羊绒衫，从一只羊和一棵草开始。乌日娜三十岁那年从银行辞职，回到鄂托克旗父母的牧场，学会的第一件事是看草：草好，绒才细。她不收别人的绒，一年织多少，看羊给多少。",
        en="A sweater starts with one goat and one blade of grass. At thirty Urna left her bank and went back to her parents' pasture in Otog Banner. "
        "The first thing she learned was to read the grass: good grass, fine down. She buys no down from others; the goats decide how much she knits a year.",
    ),
    mark=Drawing(
        "mark-qingcao",
        "A goat's profile whose beard is three blades of grass, in one line",
        ("#6E7F5B", "#EFE6D2"),
    ),
    region="内蒙古",
    warehouse=Warehouse("青草仓库", "13804710001", "内蒙古", "锡林浩特市", "希日塔拉街19号", "026000"),
    owner="urna",
    members=(("saren", "clerk"),),
    ship_hours=None,
    deposit=yuan("5000"),
    balance=yuan("12000"),
    freight=(
        FreightZone(("新疆", "西藏"), 1000, yuan("18"), 1000, yuan("12")),
        FreightZone(("HK", "MO", "TW"), 500, yuan("32"), 500, yuan("9")),
        FreightZone((), 1000, yuan("10"), 1000, yuan("6"), free_over=yuan("199")),
    ),
    listings=LISTINGS,
    coupon=Coupon(
        Text(zh="早冬第一件羊绒", en="The first cashmere of the winter"),
        yuan("40"),
        yuan("398"),
        yuan("8000"),
    ),
    services=(Service("sandbox_express", yuan("12"), 2),),
    by_hub=True,
)
