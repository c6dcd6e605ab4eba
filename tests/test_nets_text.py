"""The transformer over characters: what it reads, what it refuses, and that it learns from vectors it is given."""

import math
from typing import Any, cast

import pytest
import torch
from torch.nn import functional

from blogtools.nets import CharTransformer, build, load, save_weights


def small(**changes: object) -> CharTransformer:
    torch.manual_seed(0)
    settings: dict[str, object] = {"vocabulary": 11, "length": 6, "width": 16, "depth": 2, "heads": 2}
    return build({"kind": "CharTransformer", **settings, **changes})


IDS = torch.tensor([[4, 5, 6, 7, 8, 9], [9, 4, 4, 10, 2, 1]])


def test_shapes() -> None:
    net = small()
    assert net(IDS).shape == (2, 6, 11)
    assert net.hidden(IDS).shape == (2, 6, 16)
    assert net(IDS[0, :3]).shape == (3, 11)
    assert small(outputs=3)(IDS[:, None].expand(2, 5, 6)).shape == (2, 5, 6, 3)
    torch.testing.assert_close(net(IDS[:, None].expand(2, 5, 6))[:, 4], net(IDS))


def test_padding_is_attended_to_by_none_and_places_tell_the_order() -> None:
    net = small(outputs=2)
    for block in cast(Any, net.blocks):
        torch.nn.init.normal_(block.attended.weight)
    short, padded = net(IDS[:, :4]), net(functional.pad(IDS[:, :4], (0, 2)))
    torch.testing.assert_close(padded[:, :4], short)
    assert (net(IDS[:, :4].flip(-1)) - short.flip(-2)).abs().max() > 1e-3


def test_time_is_read_where_it_was_asked_for() -> None:
    net = small(times=7)
    assert (net(IDS, 0) - net(IDS, 6)).abs().max() > 1e-3
    torch.testing.assert_close(net(IDS, torch.tensor([0, 6]))[1], net(IDS, 6)[1])
    for wrong in (None, 7, -1, 0.5):
        with pytest.raises(ValueError, match="t="):
            net(IDS, wrong)
    with pytest.raises(ValueError, match="times=0"):
        small()(IDS, 3)


def test_given_vectors_are_taken_over_in_the_size_of_random_ones() -> None:
    given = torch.zeros(11, 5)
    given[4:] = 30 * torch.randn(7, 5, generator=torch.Generator().manual_seed(1))
    weight = small(embeddings=given).characters.weight.detach()
    ratio = weight[4:, :5] / given[4:]
    torch.testing.assert_close(ratio, ratio[0, 0].expand_as(ratio))
    assert float(weight[4:, :5].square().mean().sqrt()) == pytest.approx(1 / math.sqrt(16))
    assert (weight[:4] != 0).all()
    for wrong in (given[:10], torch.zeros(11, 17), torch.zeros(11, 5), given / 0):
        with pytest.raises(ValueError, match="embeddings"):
            small(embeddings=wrong)


def test_bad_input() -> None:
    net = small()
    for wrong in (IDS.float(), torch.zeros(2, 7, dtype=torch.long), torch.zeros(0, 6, dtype=torch.long)):
        with pytest.raises(ValueError, match="whole numbers"):
            net(wrong)
    for value in (-1, 11):
        with pytest.raises(ValueError, match="expected 0 … 10"):
            net(torch.full((1, 2), value))
    with pytest.raises(ValueError, match="nothing but padding"):
        net(torch.zeros(1, 6, dtype=torch.long))
    with pytest.raises(ValueError, match="heads"):
        small(heads=3)


def test_weights_travel_with_the_plain_description(tmp_path: object) -> None:
    net = small(times=7, embeddings=torch.ones(11, 3))
    save_weights(f"{tmp_path}/net.safetensors", net, {})
    back = load(f"{tmp_path}/net.safetensors")
    assert back.architecture == net.architecture
    torch.testing.assert_close(back(IDS, 3), net(IDS, 3), atol=1e-2, rtol=1e-2)


def test_it_learns_what_stands_two_places_on() -> None:
    torch.manual_seed(0)
    net = small(width=32, outputs=None)
    engine = torch.optim.Adam(net.parameters(), lr=5e-3)
    for _ in range(150):
        ids = torch.randint(4, 11, (64, 6))
        loss = functional.cross_entropy(net(ids)[:, :4].flatten(0, 1), ids[:, 2:].flatten())
        engine.zero_grad()
        loss.backward()
        engine.step()
    assert float(loss.detach()) < 0.2 * math.log(7)
