"""豆豆窝: soft things for corners, designed with the people who comment."""

from sanhao.kit.sizes import Sides
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
        slug="pea-pillow",
        category="bedding",
        title=Text(zh="豌豆荚抱枕", en="Pea-pod pillow"),
        text=Text(
            zh="拉开豆荚的拉链，里面是三颗豌豆：一颗垫脖子，一颗抱着，一颗给猫。五百条评论里有三百条说想要第四颗，所以我们多送一颗，叫“没睡醒的那颗”。外套可机洗，豆子填充再生棉。",
            en="Unzip the pod and there are three peas: one for the neck, one to hug, one for the cat. Three hundred of five hundred comments asked for a fourth, "
            "so there is one, called the sleepy one. Covers go into the machine; the peas are filled with recycled cotton.",
        ),
        drawing=Drawing(
            "pea-pillow",
            "A big half-open pea pod pillow on a bed, three round peas inside and a fourth with closed eyes rolling off the edge",
            ("#8DB255", "#5E8C3A", "#F3EBD3"),
        ),
        variants=(
            Variant(
                Text(zh="青豆 60厘米", en="Green pea, 60 cm"),
                "DD-PEA-60",
                yuan("69"),
                850,
                2000,
                per_person_limit=5,
            ),
            Variant(Text(zh="青豆 90厘米", en="Green pea, 90 cm"), "DD-PEA-90", yuan("109"), 1500, 320),
            Variant(Text(zh="红豆 60厘米", en="Red bean, 60 cm"), "DD-BEAN-60", yuan("72"), 850, 260),
        ),
    ),
    Listing(
        slug="beer-sofa",
        category="furniture",
        title=Text(zh="啤酒沙发", en="The beer sofa"),
        text=Text(
            zh="坐垫是琥珀色的酒，靠背是打到溢出来的泡沫，扶手是杯把，刚好挂外套。评论区有人说“下班想整个人躺进一杯啤酒里”，我们当真了。泡沫是高回弹海绵，不会消；不含酒精，孩子也能坐。两位师傅送货上楼，拆掉包装再走。",
            en="The seat is amber beer, the back is foam running over, the armrest is the handle, just right for a coat. Someone wrote: after work I want to lie down in a glass of beer. "
            "We took it seriously. The foam is high-resilience sponge and never goes flat; free of alcohol, children welcome. Two people carry it up and take the wrapping away.",
        ),
        drawing=Drawing(
            "beer-sofa",
            "A sofa that is a beer mug lying wide: amber seat, cream foam spilling over as the back, a glass handle as the armrest, a tired office shoe beside it",
            ("#E0A030", "#FFF4D8", "#9C5B1E"),
        ),
        variants=(
            Variant(
                Text(zh="小杯（单人）", en="Half pint (one seat)"),
                "DD-BEER-1",
                yuan("1280"),
                18500,
                40,
                packed=Sides(920, 780, 450),
            ),
            Variant(
                Text(zh="大杯（双人）", en="Pint (two seats)"),
                "DD-BEER-2",
                yuan("2180"),
                32000,
                16,
                per_person_limit=2,
                packed=Sides(1560, 800, 520),
            ),
        ),
    ),
    Listing(
        slug="steamed-bun-stool",
        category="home",
        title=Text(zh="包子凳", en="Steamed-bun stool"),
        text=Text(
            zh="十八个褶，手工捏的，坐下去会慢慢回弹，像刚出笼。掀开顶上的褶子是收纳，放得下两卷毛线或者一只不高兴的猫。",
            en="Eighteen pleats, folded by hand; it gives way and slowly rises, as if fresh from the steamer. Lift the pleats and there is room for two balls of wool or one offended cat.",
        ),
        drawing=Drawing(
            "bun-stool",
            "A plump white steamed bun as a stool on three stubby legs, a wisp of steam, a cat's tail coming out of the pleats",
            ("#F6EEDF", "#D9C6A5", "#8A5A3B"),
        ),
        variants=(
            Variant(
                Text(zh="白面", en="White flour"),
                "DD-BUN-WHT",
                yuan("239"),
                4200,
                60,
                packed=Sides(460, 460, 420),
            ),
            Variant(
                Text(zh="黑糖面", en="Brown sugar"),
                "DD-BUN-BRN",
                yuan("249"),
                4200,
                35,
                packed=Sides(460, 460, 420),
            ),
        ),
    ),
    Listing(
        slug="toast-cushion",
        category="home",
        title=Text(zh="吐司坐垫（一袋四片）", en="Toast cushions (a bag of four)"),
        text=Text(
            zh="四片厚切吐司，边烤得刚好。一片一片抽出来坐，客人走了装回面包袋里，立在墙角不占地方。",
            en="Four thick slices, crust just right. Pull out as many as there are guests; when they leave, back into the bread bag, upright in the corner.",
        ),
        drawing=Drawing(
            "toast-cushion",
            "A paper bread bag with four thick toast-slice cushions, one pulled out with a dent where somebody sat",
            ("#E8BE7F", "#B97A3A", "#FBF1DC"),
        ),
        variants=(
            Variant(
                Text(zh="原味", en="Plain"), "DD-TST-PLN", yuan("129"), 2400, 90, packed=Sides(420, 420, 400)
            ),
            Variant(
                Text(zh="焦边", en="Well done"),
                "DD-TST-DRK",
                yuan("129"),
                2400,
                70,
                packed=Sides(420, 420, 400),
            ),
        ),
    ),
    Listing(
        slug="buckwheat-pillow",
        category="bedding",
        title=Text(zh="荞麦枕", en="Buckwheat pillow"),
        text=Text(
            zh="壳是陕北当年的荞麦壳，蒸过、晒过、筛过三遍，翻身时有一点沙沙的声音。侧面有拉链，高了倒出一碗，低了加一碗，随包送一袋补充壳。",
            en="This year's hulls from northern Shaanxi, steamed, sunned and sieved three times; they rustle a little when you turn. "
            "Too high? Open the zip and pour out a bowl. Too low? A spare bag is in the parcel.",
        ),
        drawing=Drawing(
            "buckwheat-pillow",
            "A plain indigo striped pillow with its zip open, dark buckwheat hulls pouring into a bowl",
            ("#33518C", "#E7E4DB", "#4A3A2E"),
        ),
        variants=(
            Variant(Text(zh="成人", en="Grown-up"), "DD-BW-L", yuan("89"), 2600, 150),
            Variant(Text(zh="孩子", en="Child"), "DD-BW-S", yuan("59"), 1300, 80),
        ),
    ),
    Listing(
        slug="linen-quilt-cover",
        category="bedding",
        title=Text(zh="水洗亚麻被套", en="Stonewashed linen quilt cover"),
        text=Text(
            zh="洗过四次才缝，所以到手就是软的，以后也不缩。皱是它的样子，不用熨。被角里有八根系带，被子不会跑。",
            en="Washed four times before it is sewn, so it arrives soft and does not shrink. Creases are how it looks; leave the iron. Eight ties inside keep the quilt where it belongs.",
        ),
        drawing=Drawing(
            "linen-quilt",
            "A rumpled jade-grey linen quilt on a low bed in daylight from the left, one bare foot sticking out",
            ("#A9B9AC", "#7D9185", "#F7F3EA"),
        ),
        variants=(
            Variant(Text(zh="雾青 200×230", en="Mist green, 200×230"), "DD-LN-GRN", yuan("459"), 1700, 45),
            Variant(Text(zh="米白 200×230", en="Off-white, 200×230"), "DD-LN-WHT", yuan("459"), 1700, 38),
        ),
    ),
)

SHOP = Shop(
    slug="peanest",
    name=Text(zh="豆豆窝", en="Pea Nest"),
    story=Text(
        zh="沈豆豆在杭州余杭租了半间厂房，和评论区一起想下一个产品。有人要一张能躺进去的啤酒，有人要会发芽的枕头，投票，打样，直播缝第一只。答应二十四小时内发货，因为“窝不能等”。",
        en="In half a factory in Yuhang, Hangzhou, Shen Doudou invents the next thing together with those who comment. One wants a beer to lie in, one a pillow that sprouts: "
        "they vote, she makes a sample, the first one is sewn live. She ships within 24 hours, because a nest cannot wait.",
    ),
    mark=Drawing(
        "mark-peanest", "A bird's nest holding three peas, one of them hatching", ("#8DB255", "#9C5B1E")
    ),
    region="浙江",
    warehouse=Warehouse("豌豆窝仓库", "13805710003", "浙江", "杭州市", "余杭区仓前街道12号", "311121"),
    owner="doudou",
    members=(("ahe", "manager"),),
    ship_hours=24,
    deposit=yuan("3000"),
    balance=yuan("2600"),
    freight=(
        unsent("新疆", "西藏", "青海"),
        FreightZone(("内蒙古",), 1000, yuan("15"), 1000, yuan("9")),
        FreightZone((), 3000, yuan("8"), 1000, yuan("2"), free_over=yuan("99")),
    ),
    listings=LISTINGS,
    coupon=Coupon(
        Text(zh="豆豆窝换季", en="Pea Nest, for the new season"), yuan("20"), yuan("199"), yuan("3000")
    ),
    by_hub=True,
)
