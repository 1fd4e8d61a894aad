import pytest

from comity import errors
from comity.matching import money

EIP_55 = [
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0x27b1fdb04752bbc536007a920d24acb045561c26",
]


@pytest.mark.parametrize("address", EIP_55)
def test_the_examples_of_eip_55_are_taken_in_lower_case(address: str) -> None:
    assert money.eth(address) == address.lower()


@pytest.mark.parametrize("address", EIP_55[:4])
def test_the_capitals_of_eip_55_are_made(address: str) -> None:
    assert money.checksummed(address[2:].lower()) == address[2:]


@pytest.mark.parametrize("address", EIP_55[:4])
def test_one_wrong_capital_is_refused(address: str) -> None:
    place = next(n for n, c in enumerate(address) if n > 1 and c.isalpha())
    with pytest.raises(errors.Invalid) as refused:
        money.eth(address[:place] + address[place].swapcase() + address[place + 1 :])
    assert refused.value.code == "identifier-bad-checksum"


@pytest.mark.parametrize(
    "text", ["0x", "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x" + "g" * 40]
)
def test_what_is_not_0x_and_40_digits_is_no_ethereum_address(text: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        money.eth(text)
    assert refused.value.code == "identifier-bad-form"


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
        ("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"),
        (
            "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        ),
        (
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        ),
    ],
)
def test_every_kind_of_bitcoin_address_is_taken(text: str, normal: str) -> None:
    assert money.btc(text) == normal


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "bad-checksum"),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7Divf", "bad-length"),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfN0", "bad-form"),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7Divfñ", "bad-form"),
        ("mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn", "wrong-network"),
        ("tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7", "wrong-network"),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "bad-checksum"),
    ],
)
def test_a_bitcoin_address_that_is_none_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        money.btc(text)
    assert refused.value.code == f"identifier-{code}"
    assert text in refused.value.message


@pytest.mark.parametrize("text", ["DE89 3704 0044 0532 0130 00", "de89370400440532013000"])
def test_an_account_is_upper_case_without_spaces(text: str) -> None:
    assert money.iban(text) == "DE89370400440532013000"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("DE88370400440532013000", "bad-checksum"),
        ("GB82WEST1234569876543", "bad-checksum"),
        ("", "bad-form"),
        ("D3", "bad-form"),
        ("ÄÖ89370400440532013000", "bad-form"),
    ],
)
def test_an_account_that_is_none_is_refused(text: str, code: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        money.iban(text)
    assert refused.value.code == f"identifier-{code}"
