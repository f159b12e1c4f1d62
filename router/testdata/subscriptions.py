"""Subscribes with gql over a WebSocket, asks a query over it, and prints what came: python subscriptions.py URL"""
import asyncio
import json
import sys

from gql import Client, gql
from gql.transport.websockets import WebsocketsTransport


async def main(url):
    transport = WebsocketsTransport(
        url=url.replace("http", "ws"), init_payload={"Authorization": "python"}
    )
    got = []
    async with Client(transport=transport) as session:
        async for data in session.subscribe(
            gql("subscription { tick { n product { upc name } } }")
        ):
            got.append({"data": data})
            if len(got) == 3:
                break
        got.append({"data": await session.execute(gql("{ ping }"))})
    print(json.dumps(got))


asyncio.run(main(sys.argv[1]))
