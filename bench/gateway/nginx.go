package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/promogate/caddy-discount/internal/freeport"
)

// nginxConf does what byhand does, in Lua. The modules are where Debian puts them.
const nginxConf = `daemon off;
worker_processes auto;
pid %[1]s/nginx.pid;
error_log stderr error;
load_module /usr/lib/nginx/modules/ndk_http_module.so;
load_module /usr/lib/nginx/modules/ngx_http_lua_module.so;
events { worker_connections 4096; }
http {
	access_log off;
	client_body_temp_path %[1]s/nginx-body;
	proxy_temp_path %[1]s/nginx-proxy;
	fastcgi_temp_path %[1]s/nginx-fastcgi;
	uwsgi_temp_path %[1]s/nginx-uwsgi;
	scgi_temp_path %[1]s/nginx-scgi;
	client_body_buffer_size 1m;
	keepalive_requests 1000000000;
	init_by_lua_block {
		cjson = require "cjson"
		local f = io.open("%[2]s")
		rules = cjson.decode(f:read("*a"))
		f:close()
	}
	upstream orders {
		server %[3]s;
		keepalive 512;
		keepalive_requests 1000000000;
	}
	server {
		listen %[4]s;
		location / {
			access_by_lua_block {
				if ngx.req.get_method() ~= "POST" or ngx.var.content_type ~= "application/json" then
					return
				end
				ngx.req.read_body()
				local order = cjson.decode(ngx.req.get_body_data())
				local sum = 0
				for _, rule in ipairs(rules) do
					local quantity, value = 0, 0
					for _, item in ipairs(order.items) do
						if item.sku == rule.sku then
							quantity = quantity + item.quantity
							value = value + item.quantity * item.unit_price
						end
					end
					if quantity >= rule.min_quantity then
						sum = sum + math.floor((value * rule.percent + 50) / 100)
					end
				end
				ngx.req.set_header("X-Discount-Amount", string.format("%%d", sum))
			}
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			proxy_pass http://orders;
		}
	}
}
`

// nginx starts one, if it is installed with its Lua module.
func (s *testbed) nginx(name, rules string) error {
	bin, err := exec.LookPath("nginx")
	if _, missing := os.Stat("/usr/lib/nginx/modules/ngx_http_lua_module.so"); err != nil || missing != nil {
		fmt.Printf("%s: not installed (Debian's nginx, libnginx-mod-http-lua and lua-cjson), not measured\n", name)
		return nil
	}
	address, err := freeport.Take()
	if err != nil {
		return err
	}
	_, port, _ := net.SplitHostPort(address)
	config := filepath.Join(s.dir, "nginx.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, nginxConf, s.dir, rules, s.orders, "127.0.0.1:"+port), 0o600); err != nil {
		return err
	}
	return s.add(&gateway{name: name, url: "http://" + address + "/orders", prices: true, commands: []*exec.Cmd{exec.Command(bin, "-c", config)}})
}
