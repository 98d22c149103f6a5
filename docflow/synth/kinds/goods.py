"""What shops and firms sell, by trade: names for the lines of receipts and invoices."""

GROCERIES = (
    "MILK 1L", "BREAD WHITE", "EGGS GRADE A", "RICE 5KG", "CHICKEN WHOLE", "BANANA", "APPLE RED", "COOKING OIL 2L", "SUGAR 1KG",
    "INSTANT NOODLES", "COFFEE 3IN1", "TEA BAGS 50S", "BUTTER SALTED", "TOILET ROLL 10S", "DETERGENT", "SHAMPOO 400ML", "BISCUIT ASST",
    "CHOC BAR", "MINERAL WATER", "ORANGE JUICE", "YOGURT", "CHEESE SLICES", "TOMATO", "ONION", "PLASTIC BAG", "TISSUE BOX", "SOAP", "CANNED TUNA",
)  # fmt: skip
HARDWARE = (
    "PVC PIPE 1/2\"", "WALL PLUG 8MM", "SCREW 1.5\"", "PAINT BRUSH 2\"", "EMULSION PAINT 5L", "CEMENT 50KG", "SAND PAPER #120", "HAMMER",
    "DOOR HINGE", "PADLOCK 50MM", "SILICONE CLEAR", "CABLE TIE 100S", "LED BULB 9W", "SOCKET 13A", "MASKING TAPE", "DRILL BIT 6MM",
    "STOPPER", "WIRE MESH", "ANGLE BAR", "THINNER 1L", "GLOVE COTTON", "TAP WASHER", "EXTENSION CORD",
)  # fmt: skip
DISHES = (
    "Fried Rice", "Nasi Lemak", "Teh Tarik", "Iced Lemon Tea", "Chicken Chop", "Fish & Chips", "Mushroom Soup", "Caesar Salad", "Latte",
    "Cappuccino", "Cheeseburger", "French Fries", "Carbonara", "Roti Canai", "Mee Goreng", "Steamed Fish", "Tiger Prawn", "Plain Rice",
    "Chinese Tea", "Draft Beer", "Sparkling Water", "Cheese Cake", "Set Lunch A", "Kids Meal", "Ribeye Steak",
)  # fmt: skip
PHARMACY = (
    "PARACETAMOL 500MG", "VITAMIN C 1000", "COUGH SYRUP", "PLASTERS 20S", "ANTISEPTIC CREAM", "THERMOMETER", "EYE DROPS", "FISH OIL", "FACE MASK 50S",
    "HAND SANITIZER", "ALLERGY TABS", "SUNBLOCK SPF50", "TOOTHPASTE", "BABY WIPES",
)  # fmt: skip
STATIONERY = (
    "A4 PAPER 80GSM", "BALL PEN BLUE", "RING FILE 2D", "STAPLER", "ENVELOPE DL", "MARKER PEN", "NOTEBOOK A5", "GLUE STICK", "PHOTOCOPY A4",
    "CORRECTION TAPE", "GREETING CARD", "GIFT WRAP", "CALCULATOR", "BOOK", "COLOUR PENCIL",
)  # fmt: skip
GROCERIES_RUS = (
    "Молоко 3,2% 1л", "Хлеб белый нарезной", "Яйцо С1 10шт", "Сыр Российский", "Масло сливочное", "Кефир 1%", "Картофель вес.", "Бананы",
    "Яблоки", "Сахар-песок 1кг", "Гречка 900г", "Макароны", "Чай чёрный 100пак", "Кофе раств.", "Колбаса варёная", "Филе куриное", "Пакет-майка",
    "Вода мин. 1,5л", "Шоколад молочный", "Порошок стир.", "Туалетная бумага", "Пельмени", "Сметана 20%", "Огурцы", "Томаты", "Пиво светлое",
)  # fmt: skip
HOUSEHOLD_RUS = (
    "Лампа LED 10Вт", "Саморез 3,5х35", "Краска белая 2,5кг", "Кисть 50мм", "Перчатки х/б", "Розетка двойная", "Удлинитель 5м", "Дюбель 6х40",
    "Клей монтажный", "Шпатель", "Замок навесной", "Кабель ВВГ 3х2,5", "Батарейка АА", "Ведро 10л", "Скотч", "Тетрадь 48л", "Ручка шариковая", "Бумага А4",
)  # fmt: skip
DISHES_RUS = (
    "Борщ", "Салат Цезарь", "Котлета по-киевски", "Пюре картофельное", "Солянка", "Чай зелёный", "Капучино", "Морс клюквенный", "Стейк", "Паста",
    "Хачапури", "Шашлык свиной", "Блины с мясом", "Пиво разливное", "Бизнес-ланч", "Хлебная корзина", "Десерт Наполеон", "Уха",
)  # fmt: skip
SERVICES = (
    "Consulting services", "Web hosting, annual plan", "Software licence, 10 users", "Graphic design", "Freight and handling", "Installation",
    "Maintenance contract, quarterly", "Television advertising spots", "Media placement", "Market research, phase I", "Translation",
    "Legal services rendered", "Photography", "Printing of brochures", "Training, per day", "Telephone service", "Electricity supply",
    "Internet access 100 Mbit", "Domain registration", "Cloud storage", "Travel expenses", "Data processing", "Equipment rental", "Laboratory analysis",
)  # fmt: skip
WARES = (
    "Steel bracket M8", "Office chair, black", "Toner cartridge", "Laptop 14\"", "Network switch 24 port", "USB cable", "Filter element", "Bearing 6204",
    "Copper tube 15 mm", "Display stand", "Cardboard boxes", "Paper A4, box", "Hydraulic pump", "Safety helmet", "Cable drum", "Valve DN50",
    "Sensor PT100", "Control unit", "Aluminium profile", "Adhesive labels", "Pallet", "Shirt, size L", "Coffee beans 1 kg", "Desk lamp",
)  # fmt: skip
SERVICES_RUS = (
    "Консультационные услуги", "Услуги связи", "Разработка сайта", "Транспортные услуги", "Аренда помещения", "Техническое обслуживание", "Обучение персонала",
    "Размещение рекламы", "Охранные услуги", "Ремонт оборудования", "Бухгалтерское сопровождение", "Печать буклетов", "Монтажные работы", "Уборка помещений",
    "Услуги по переводу", "Сопровождение программного обеспечения", "Экспедиционные услуги",
)  # fmt: skip
WARES_RUS = (
    "Бумага офисная А4", "Картридж", "Кресло офисное", "Кабель силовой", "Насос центробежный", "Подшипник 6204", "Труба стальная 57х3", "Болт М12х60",
    "Цемент М500", "Кирпич облицовочный", "Ноутбук", "Монитор 24\"", "Фильтр масляный", "Шина 205/55", "Светильник", "Утеплитель", "Доска обрезная",
    "Арматура 12 мм", "Краска фасадная", "Мука пшеничная", "Молоко цельное", "Костюм рабочий", "Стол письменный", "Электродвигатель", "Клапан обратный",
)  # fmt: skip
