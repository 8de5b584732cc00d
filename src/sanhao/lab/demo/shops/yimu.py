"""一亩果园: fruit of one valley, picked when it is ripe and not before."""

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
    unsent,
    yuan,
)

LISTINGS = (
    Listing(
        slug="jelly-oranges",
        category="fruit",
        title=Text(zh="爱媛果冻橙", en="Jelly oranges"),
        text=Text(
            zh="皮薄得可以用吸管喝。在树上过了冬，糖度十三以上才剪，剪下来不打蜡，第二天寄出。坏了一颗赔一颗，拍张照就行。",
            en="The skin is so thin that you can drink them with a straw. They stay on the tree over winter, are cut at 13 °Brix or more, unwaxed, and leave the next day. "
            "One is bad? One photo, one orange back.",
        ),
        drawing=Drawing(
            "jelly-orange",
            "A wooden crate of glossy oranges, one cut open with a paper straw stuck in it, wobbling like jelly",
            ("#F08A24", "#FFC46B", "#4F7A3A"),
        ),
        variants=(
            Variant(Text(zh="5斤 约12颗", en="2.5 kg, about 12"), "YM-JO-5", yuan("39.9"), 2700, 180),
            Variant(Text(zh="9斤 约22颗", en="4.5 kg, about 22"), "YM-JO-9", yuan("65.9"), 4800, 120),
        ),
    ),
    Listing(
        slug="ugly-mandarins",
        category="fruit",
        title=Text(zh="丑橘（不知火）", en="Ugly mandarins"),
        text=Text(
            zh="脖子长，皮疙疙瘩瘩，长得实在说不上好看。剥开就不丑了：没有籽，一瓣一瓣像装满了的水袋。越丑的越甜，我们先挑丑的装。",
            en="A long neck and bumpy skin; nobody would call them pretty. Peeled, they are: no pips, each segment a full little water bag. The uglier the sweeter, so we pack the ugly ones first.",
        ),
        drawing=Drawing(
            "ugly-mandarin",
            "Three knobbly mandarins with long necks posing for a family photograph, the smallest in front",
            ("#E98A15", "#F7B84B", "#6B8E23"),
        ),
        variants=(
            Variant(Text(zh="5斤", en="2.5 kg"), "YM-UM-5", yuan("36.8"), 2700, 150),
            Variant(Text(zh="9斤", en="4.5 kg"), "YM-UM-9", yuan("58.8"), 4800, 90),
        ),
    ),
    Listing(
        slug="red-heart-kiwis",
        category="fruit",
        title=Text(zh="红心猕猴桃", en="Red-heart kiwis"),
        text=Text(
            zh="切开像一枚小小的日出。寄出时是硬的，和苹果放一个袋子，三五天变软再吃；盒子里有一张卡，写着哪天该捏一捏。",
            en="Cut one open: a small sunrise. They leave us hard; put them in a bag with an apple and eat them soft in three to five days. A card in the box says on which day to give them a squeeze.",
        ),
        drawing=Drawing(
            "red-kiwi",
            "A halved kiwi with a red sunburst heart on a saucer beside two fuzzy whole ones in a paper bag with an apple",
            ("#8FA64A", "#C8361F", "#7A5A3A"),
        ),
        variants=(
            Variant(Text(zh="15颗 中果", en="15, medium"), "YM-KW-15", yuan("45"), 1500, 100),
            Variant(Text(zh="24颗 大果", en="24, large"), "YM-KW-24", yuan("79"), 2900, 60),
        ),
    ),
    Listing(
        slug="dawn-strawberries",
        category="fruit",
        title=Text(zh="天亮前的草莓", en="Strawberries picked before dawn"),
        text=Text(
            zh="凌晨四点戴头灯摘，七点预冷，当天飞走。一颗一个窝，路上碰坏的按颗赔。只卖到四月，热了就不甜了。",
            en="Picked at four with head lamps, cooled at seven, on a plane the same day. Each has its own nest; bruised ones are paid for one by one. Only until April: heat takes the sweetness.",
        ),
        drawing=Drawing(
            "dawn-strawberry",
            "A tray of strawberries each in its own paper nest, lit by a head lamp under a dark blue morning sky",
            ("#D6333B", "#22335C", "#6FA04A"),
        ),
        variants=(
            Variant(
                Text(zh="2盒 共20颗", en="Two trays, 20 berries"),
                "YM-SB-20",
                yuan("69"),
                900,
                60,
                per_person_limit=4,
            ),
        ),
    ),
    Listing(
        slug="loquats-on-the-branch",
        category="fruit",
        title=Text(zh="带枝枇杷", en="Loquats on the branch"),
        text=Text(
            zh="连着枝叶剪，果皮上的绒毛还在，说明没人多碰过它。核有点大，肉是真的甜。叶子洗干净煮水，嗓子舒服。",
            en="Cut with branch and leaves; the down on the skin is still there, so nobody has handled them. The stones are big, the flesh is truly sweet. Boil the leaves for a sore throat.",
        ),
        drawing=Drawing(
            "loquat-branch",
            "A branch with a cluster of apricot loquats and long dark leaves in a shallow basket, one leaf used as a bookmark",
            ("#F2B440", "#3F6B3F", "#C9A77C"),
        ),
        variants=(Variant(Text(zh="3斤", en="1.5 kg"), "YM-LQ-3", yuan("49.9"), 1800, 45),),
    ),
    Listing(
        slug="anyue-lemons",
        category="fruit",
        title=Text(zh="安岳柠檬", en="Anyue lemons"),
        text=Text(
            zh="皮厚、香，切片泡水三泡还酸。怕买多，就先来一颗：两块九，包邮不划算，我们知道，凑着别的一起寄。",
            en="Thick-skinned and fragrant; a slice is still sour in the third cup. Not sure? Take one, for ¥2.90. Yes, posting a single lemon makes no sense; it travels with whatever else you like.",
        ),
        drawing=Drawing(
            "lemons",
            "A single proud lemon on a far too large plate, a net of lemons waiting behind it",
            ("#F3D33C", "#FFF6C2", "#5D8A4A"),
        ),
        variants=(
            Variant(
                Text(zh="一颗 尝一尝", en="Just one, to try"),
                "YM-LM-1",
                yuan("2.9"),
                130,
                300,
                per_person_limit=1,
            ),
            Variant(Text(zh="3斤一网", en="A net of 1.5 kg"), "YM-LM-3", yuan("19.9"), 1600, 140),
        ),
    ),
)

SHOP = Shop(
    slug="yimu",
    name=Text(zh="一亩果园", en="One Mu Orchard"),
    story=Text(
        zh="眉山一条山谷，二十六户，每户差不多一亩。高一禾回乡以后没有扩大，只是把采摘的日子写在黑板上，到了日子才剪。熟得晚，就晚发，提前告诉您。",
        en="One valley near Meishan, 26 families, about one mu each. When Gao Yihe came home she did not make it bigger; she wrote the picking days on a blackboard, and nothing is cut before its day. "
        "If it ripens late it ships late, and you hear of it first.",
    ),
    mark=Drawing(
        "mark-yimu",
        "A square field seen from above with one round tree in its corner like a seal",
        ("#4F7A3A", "#F08A24"),
    ),
    region="四川",
    warehouse=Warehouse("一木仓库", "13802810004", "四川", "成都市", "双流区木材路6号", "610200"),
    owner="yihe",
    members=(),
    ship_hours=None,
    deposit=yuan("2000"),
    balance=yuan("800"),
    freight=(
        unsent("黑龙江", "吉林", "内蒙古"),  # fruit freezes on the way there
        FreightZone(("新疆", "西藏"), 1000, yuan("22"), 1000, yuan("12")),
        FreightZone((), 3000, yuan("6"), 1000, yuan("2"), free_over=yuan("59")),
    ),
    listings=LISTINGS,
    coupon=Coupon(
        Text(zh="果园满减", en="From the orchard, for the basket"), yuan("5"), yuan("59"), yuan("1000")
    ),
    services=(
        Service("sandbox_express", yuan("8"), 2),
        Service("sandbox_express", yuan("22"), 4, ("新疆", "西藏"), Text(zh="特快航空", en="Express by air")),
        Service("sandbox", yuan("3"), 4),
    ),
    by_hub=True,
)
