"""锅巴阿婆: crisp rice from one pot, and what else a kitchen needs."""

from sanhao.kit.text import Text
from sanhao.lab.demo.shapes import (
    Coupon,
    Drawing,
    FreightZone,
    Listing,
    Shop,
    Variant,
    Warehouse,
    unsent,
    yuan,
)

LISTINGS = (
    Listing(
        slug="crisp-rice",
        category="snacks",
        title=Text(zh="柴火锅巴", en="Wood-fire crisp rice"),
        text=Text(
            zh="一口铁锅，一把松枝，饭盛走以后把火压小，等锅底那一层自己翘起来。阿婆说急不得，一锅要四十分钟。脆，不硌牙，掉一地渣，吃的时候请坐在桌子前面。",
            en="One iron pot and pine branches: the rice is lifted out, the fire pressed low, and the layer at the bottom curls up by itself. Forty minutes a pot, says granny, and no hurrying. "
            "Crisp, kind to teeth, crumbs everywhere; please eat at a table.",
        ),
        drawing=Drawing(
            "crisp-rice",
            "A black iron pot with a golden disc of crisp rice curling up out of it, crumbs on the table like snow",
            ("#D9A441", "#3B3A36", "#F4E3BC"),
        ),
        variants=(
            Variant(Text(zh="原味 3袋", en="Plain, 3 bags"), "GB-CR-PLN", yuan("26.8"), 450, 400),
            Variant(Text(zh="葱油 3袋", en="Scallion, 3 bags"), "GB-CR-SCL", yuan("28.8"), 450, 300),
            Variant(Text(zh="微辣 3袋", en="A little hot, 3 bags"), "GB-CR-HOT", yuan("28.8"), 450, 260),
        ),
    ),
    Listing(
        slug="chicken-soup-puffed-rice",
        category="snacks",
        title=Text(zh="安庆炒米", en="Anqing puffed rice"),
        text=Text(
            zh="糯米浸透、蒸熟、阴干，再用铁砂炒。冲一碗鸡汤，抓一把撒进去，会“滋”地响一声，外公管这叫开饭铃。",
            en="Sticky rice soaked, steamed, dried in the shade and tossed in hot iron sand. Throw a handful into chicken soup and it hisses; grandpa called that the dinner bell.",
        ),
        drawing=Drawing(
            "puffed-rice",
            "A hand scattering puffed rice into a steaming soup bowl, little sound lines where the grains land",
            ("#F2E2B8", "#C98C3B", "#7A4B2A"),
        ),
        variants=(Variant(Text(zh="500克 罐装", en="500 g tin"), "GB-PR-500", yuan("22.5"), 620, 210),),
    ),
    Listing(
        slug="sesame-candy",
        category="snacks",
        title=Text(zh="花生芝麻糖", en="Peanut and sesame brittle"),
        text=Text(
            zh="只有四样：花生、芝麻、麦芽糖、一点点盐。切得比邮票厚一点，分给同事刚刚好。天热会粘，到了先放一会儿冰箱。",
            en="Four things: peanuts, sesame, malt sugar, a little salt. Cut a bit thicker than a stamp, right for sharing at work. It gets sticky in the heat; give it a moment in the fridge.",
        ),
        drawing=Drawing(
            "sesame-candy",
            "Neat squares of sesame brittle stacked like postage stamps, one licked and stuck on an envelope",
            ("#C99A5B", "#2F2A24", "#F1E6D0"),
        ),
        variants=(
            Variant(Text(zh="400克", en="400 g"), "GB-SC-400", yuan("19.8"), 480, 160),
            Variant(Text(zh="两斤 办公室装", en="1 kg, for the office"), "GB-SC-1000", yuan("42"), 1120, 70),
        ),
    ),
    Listing(
        slug="polder-new-rice",
        category="pantry",
        title=Text(zh="圩田新米", en="New rice from the polder"),
        text=Text(
            zh="收割那天您就能看到田的编号。下单才碾，碾完抽真空，所以包装摸着像一块砖，煮出来像一床被子。虫、霉、碎，拍照就退。",
            en="You can see the number of the field it came from. Milled when you order and vacuum-packed: it feels like a brick and cooks like a quilt. Weevils, mould, broken grains? One photo and it is refunded.",
        ),
        drawing=Drawing(
            "new-rice",
            "A vacuum-packed brick of rice on a scale balancing a sheaf of rice stalks, a field number tag tied to it",
            ("#F5EFDD", "#8AA05A", "#B79B5B"),
        ),
        variants=(
            Variant(Text(zh="5斤", en="2.5 kg"), "GB-RC-5", yuan("29.9"), 2600, 220),
            Variant(Text(zh="20斤", en="10 kg"), "GB-RC-20", yuan("99"), 10300, 80),
        ),
    ),
    Listing(
        slug="camellia-oil",
        category="pantry",
        title=Text(zh="冷榨山茶油", en="Cold-pressed camellia oil"),
        text=Text(
            zh="大别山的野茶籽，霜降以后捡，木榨。炒菜清，拌面香，阿婆还拿它抹头发，这一条我们不写进功效里。",
            en="Wild camellia seed from the Dabie hills, gathered after first frost and pressed in a wooden press. Light for frying, fragrant on noodles. Granny also puts it in her hair; we make no claims about that.",
        ),
        drawing=Drawing(
            "camellia-oil",
            "A tall bottle of pale gold oil with a white camellia flower as its stopper, one drop falling into a wok",
            ("#E3C34F", "#FFFFFF", "#40613F"),
        ),
        variants=(
            Variant(Text(zh="500毫升", en="500 ml"), "GB-CO-500", yuan("118"), 980, 90),
            Variant(Text(zh="500毫升×2 礼盒", en="2 × 500 ml, boxed"), "GB-CO-2", yuan("226"), 2150, 40),
        ),
    ),
    Listing(
        slug="broad-bean-chili-sauce",
        category="pantry",
        title=Text(zh="蚕豆辣酱", en="Broad-bean chilli sauce"),
        text=Text(
            zh="蚕豆瓣晒足一百天，夜里收露，白天翻缸。辣得不凶，甜在后面。一勺下去，白饭就有了意思。",
            en="Broad beans fermented in the sun for a hundred days, turned by day, covered from the dew at night. Not fierce, sweet at the end. One spoon and plain rice has a point.",
        ),
        drawing=Drawing(
            "chili-sauce",
            "A row of big clay jars with bamboo hats in a sunny yard, one small glass jar of red sauce in front wearing the same hat",
            ("#B3311F", "#D98A3A", "#7C5A44"),
        ),
        variants=(
            Variant(Text(zh="220克 两瓶", en="Two jars of 220 g"), "GB-CS-2", yuan("25.6"), 780, 180),
            Variant(Text(zh="220克 六瓶", en="Six jars of 220 g"), "GB-CS-6", yuan("69"), 2300, 90),
        ),
    ),
)

SHOP = Shop(
    slug="guoba",
    name=Text(zh="锅巴阿婆", en="Granny Guoba"),
    story=Text(
        zh="阿婆七十三岁，烧了五十年柴火灶；孙女胡小米管手机和发货。一天只有六锅，卖完就下线，明天再来。退货的信阿婆都自己念一遍。",
        en="Granny is 73 and has tended a wood stove for fifty years; her granddaughter Hu Xiaomi minds the phone and the parcels. Six pots a day, then they go offline until tomorrow. "
        "Granny reads every letter that comes with a return.",
    ),
    mark=Drawing(
        "mark-guoba",
        "An iron pot with a smile, its lid a bun of grey hair with a hairpin",
        ("#3B3A36", "#D9A441"),
    ),
    region="安徽",
    warehouse=Warehouse("锅巴仓库", "13805510002", "安徽", "黄山市", "屯溪区新安江路8号", "245000"),
    owner="xiaomi",
    members=(),
    ship_hours=None,
    deposit=yuan("1000"),
    balance=yuan("0"),
    freight=(
        unsent("西藏", "海南"),
        FreightZone(("新疆",), 1000, yuan("16"), 1000, yuan("10")),
        FreightZone((), 2000, yuan("6"), 1000, yuan("2"), free_over=yuan("68")),
    ),
    listings=LISTINGS,
    coupon=Coupon(
        Text(zh="阿婆请你多尝一包", en="Granny says: taste one bag more"), yuan("6"), yuan("68"), yuan("900")
    ),
)
